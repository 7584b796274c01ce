import { type Operation, simulate } from './clients.ts';
import type { Output } from './output.ts';
import { Random } from './random.ts';

/** A first-in-first-out queue with elements that differ. Half the operations dequeue; an empty queue fails them. */
export function writeQueue(
  out: Output,
  options: { operations: number; processes: number; seed: number },
): void {
  const random = new Random(options.seed);
  const nil = out.edn ? 'nil' : 'null';
  const queue: number[] = [];
  let head = 0;
  let next = 0;
  simulate(random, { ...options, busy: 'dense', unknown: 0 }, (): Operation => {
    if (random.chance(0.5)) {
      const element = ++next;
      return {
        invoke: (p) => out.record(p, 'invoke', 'enqueue', String(element)),
        effect: () => queue.push(element),
        complete: (p) => out.record(p, 'ok', 'enqueue', String(element)),
      };
    }
    let taken: number | undefined;
    return {
      invoke: (p) => out.record(p, 'invoke', 'dequeue', nil),
      effect: () => {
        taken = head < queue.length ? queue[head++] : undefined;
      },
      complete: (p) => out.record(p, taken === undefined ? 'fail' : 'ok', 'dequeue', String(taken ?? nil)),
    };
  });
  out.close();
}

/** Elements added one at a time, in order, among reads of the whole set, most of them after the last add. */
export function writeSet(
  out: Output,
  options: { elements: number; reads: number; processes: number; seed: number },
): void {
  const random = new Random(options.seed);
  const edn = out.edn;
  const separator = edn ? ' ' : ',';
  let text = '';
  let next = 0;
  let reads = 0;
  const operations = options.elements + options.reads;
  simulate(random, { operations, processes: options.processes, busy: 'dense', unknown: 0 }, (): Operation => {
    const left = options.elements - next;
    if (left > 0 && random.below(left + options.reads - reads) < left) {
      const element = next++;
      return {
        invoke: (p) => out.record(p, 'invoke', 'add', String(element)),
        effect: () => {
          text += text === '' ? String(element) : `${separator}${element}`;
        },
        complete: (p) => out.record(p, 'ok', 'add', String(element)),
      };
    }
    reads++;
    let seen = '';
    return {
      invoke: (p) => out.record(p, 'invoke', 'read', edn ? 'nil' : 'null'),
      effect: () => {
        seen = text;
      },
      complete: (p) => out.record(p, 'ok', 'read', `${edn ? '#{' : '['}${seen}${edn ? '}' : ']'}`),
    };
  });
  out.close();
}
