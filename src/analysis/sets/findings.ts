import { FAIL, type History } from '../../history/history.ts';
import type { Tally } from '../tally.ts';
import type { WitnessOp } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import type { Run, SetObservations, SetRead } from './observations.ts';

/** Elements that a read had no right to show: nobody's, or those of an add that failed. Once each. O(elements of runs). */
export function strangers(history: History, { elements, runs }: SetObservations, tally: Tally): void {
  const told = new Uint8Array(elements.count);
  for (const run of runs)
    run.elements.forEach((e, place) => {
      const add = elements.add[e];
      if (told[e] === 1 || (add >= 0 && history.outcome[add] !== FAIL)) return;
      told[e] = 1;
      const what = history.values.show(elements.id[e]);
      const key = history.values.value(elements.id[e]);
      if (add < 0)
        tally.found('unexpected-element', () => ({
          message: `R read ${what}, which nobody ever added.`,
          ops: [shortRead(history, firstWith(run, place).row)],
          key,
        }));
      else
        tally.found('aborted-read', () => ({
          message: `R read ${what} although W, which added it, certainly failed.`,
          ops: [witnessOp(history, add, 'W'), shortRead(history, firstWith(run, place).row)],
          key,
        }));
    });
}

/** Elements that stand in one read more than once. Once each. O(elements of runs). */
export function duplicates(history: History, { elements, runs }: SetObservations, tally: Tally): void {
  const told = new Uint8Array(elements.count);
  const seenIn = new Int32Array(elements.count).fill(-1);
  runs.forEach((run, r) => {
    run.elements.forEach((e, place) => {
      if (seenIn[e] === r && told[e] === 0) {
        told[e] = 1;
        const what = history.values.show(elements.id[e]);
        tally.found('duplicate-element', () => ({
          message: `R shows ${what} more than once: a set holds it once at most.`,
          ops: [shortRead(history, firstWith(run, place).row)],
          key: history.values.value(elements.id[e]),
        }));
      }
      seenIn[e] = r;
    });
  });
}

/** Of the reads that reach beyond a place of their run, the one that returned first. */
function firstWith(run: Run, place: number): SetRead {
  return run.reads.find((read) => read.length > place)!;
}

/** A read of the whole set as a witness: long lists are cut, with their length. */
export function shortRead(history: History, row: number, name = 'R'): WitnessOp {
  const op = witnessOp(history, row, name);
  const { value } = op;
  if (!Array.isArray(value) || value.length <= 20) return op;
  return { ...op, value: [...value.slice(0, 20), `… ${value.length} elements`] };
}
