import { describe, expect, it } from 'vitest';
import { totalQueue } from '../../../src/analysis/queues/total-queue.ts';
import type { History } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { alone, clients, Dice, history, type Line, ROUNDS } from '../sets/lines.ts';

const nothing: Line[] = [
  [9, 'invoke', 'dequeue', null],
  [9, 'fail', 'dequeue', null],
];
const drain = (...elements: Json[]): Line[] => [
  [8, 'invoke', 'drain', null],
  [8, 'ok', 'drain', elements],
];

describe('total-queue', () => {
  it('accepts a queue that hands everything out once, in any order', () => {
    const h = history(
      ...alone(0, 'enqueue', 1),
      ...alone(0, 'enqueue', 2),
      ...alone(1, 'dequeue', 2),
      ...drain(1),
    );
    expect(totalQueue.judge(h)).toMatchObject({ valid: true, stats: { taken: 2, drained: true } });
  });

  it('reads drains of any length', () => {
    for (const n of [0, 1, 2, 3]) {
      const all = Array.from({ length: n }, (_, i) => i);
      const h = history(
        ...alone(7, 'enqueue', 'x'),
        ...alone(7, 'dequeue', 'x'),
        ...all.flatMap((e) => alone(0, 'enqueue', e)),
        ...drain(...all),
      );
      expect(totalQueue.judge(h)).toMatchObject({ valid: true, stats: { taken: n + 1 } });
    }
  });

  it('names what is lost once the queue was drained, and not before', () => {
    const put = [...alone(0, 'enqueue', 1), ...alone(0, 'enqueue', 2), ...alone(1, 'dequeue', 2)];
    expect(totalQueue.judge(history(...put)).valid).toBe('unknown');
    expect(totalQueue.judge(history(...put), { models: ['no-duplicates'] }).valid).toBe(true);
    for (const end of [nothing, drain()]) {
      const verdict = totalQueue.judge(history(...put, ...end));
      expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['lost-write'] });
      expect(verdict.anomalies[0].detail!.elements).toEqual([1]);
    }
  });

  it('lets dequeues of unknown outcome have taken one element each', () => {
    const took: Line[] = [
      [5, 'invoke', 'dequeue', null],
      [5, 'info', 'dequeue', null],
    ];
    const one = history(...alone(0, 'enqueue', 1), ...took, ...nothing);
    expect(totalQueue.judge(one).valid).toBe('unknown');
    const two = history(...alone(0, 'enqueue', 1), ...alone(0, 'enqueue', 2), ...took, ...nothing);
    expect(totalQueue.judge(two)).toMatchObject({ valid: false, counts: { 'lost-write': 1 } });
  });

  it('names what came out twice, though at-least-once allows it', () => {
    const h = history(
      ...alone(0, 'enqueue', 1),
      ...alone(1, 'dequeue', 1),
      ...alone(2, 'dequeue', 1),
      ...nothing,
    );
    expect(totalQueue.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['duplicate-element'] });
    expect(totalQueue.judge(h, { models: ['no-lost-writes'] }).valid).toBe(true);
  });

  it('lets equal elements that were put in twice come out twice', () => {
    const h = history(
      ...alone(0, 'enqueue', 1),
      ...alone(0, 'enqueue', 1),
      ...alone(1, 'dequeue', 1),
      ...drain(1),
    );
    expect(totalQueue.judge(h).valid).toBe(true);
  });

  it('names what nobody put in, put in later, or failed to put in', () => {
    const strange = history(...alone(1, 'dequeue', 1));
    expect(totalQueue.judge(strange).anomalyTypes).toEqual(['unexpected-element']);
    const early = history(...alone(1, 'dequeue', 1), ...alone(0, 'enqueue', 1));
    expect(totalQueue.judge(early).anomalyTypes).toEqual(['unexpected-element']);
    const failed = history([0, 'invoke', 'enqueue', 1], [0, 'fail', 'enqueue', 1], ...alone(1, 'dequeue', 1));
    expect(totalQueue.judge(failed).anomalyTypes).toEqual(['aborted-read']);
  });

  it('counts elements of unknown enqueues that came out as recovered', () => {
    const h = history(
      [0, 'invoke', 'enqueue', 1],
      [0, 'info', 'enqueue', 1],
      ...alone(1, 'dequeue', 1),
      ...nothing,
    );
    expect(totalQueue.judge(h)).toMatchObject({ valid: true, stats: { recovered: 1 } });
  });

  it('calls what is delivered again a duplicate, whoever puts it in anew later', () => {
    const h = history(
      ...alone(0, 'enqueue', 'a'),
      ...alone(1, 'dequeue', 'a'),
      ...alone(1, 'dequeue', 'a'),
      ...alone(0, 'enqueue', 'a'),
      ...drain('a'),
    );
    expect(totalQueue.judge(h)).toMatchObject({ valid: false, anomalyTypes: ['duplicate-element'] });
    expect(totalQueue.judge(h, { models: ['no-lost-writes'] }).valid).toBe(true);
  });

  it('counts in random histories what subtracting multisets counts', () => {
    for (let seed = 1; seed <= ROUNDS / 2; seed++) {
      const dice = new Dice(seed);
      const inside: number[] = [];
      const h = history(
        ...clients(dice, 3, 10, () => {
          const element = 1 + dice.below(4);
          if (dice.chance(50)) {
            const fate = dice.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const);
            return {
              f: 'enqueue',
              asked: element,
              effect: () => {
                if (fate !== 'fail' && dice.chance(90)) inside.push(element);
              },
              end: () => ({ type: fate, value: element }),
            };
          }
          let got: number | undefined;
          return {
            f: 'dequeue',
            asked: null,
            effect: () => {
              got = dice.chance(8)
                ? element
                : inside.splice(dice.below(inside.length), dice.chance(95) ? 1 : 0)[0];
            },
            end: () => (got === undefined ? { type: 'fail', value: null } : { type: 'ok', value: got }),
          };
        }),
        ...drain(...inside),
      );
      const count = (f: string, ...outcomes: number[]) => multiset(h, f, outcomes);
      const taken = count('dequeue', 0).concat(count('drain', 0));
      const attempted = count('enqueue', 0, 2);
      const verdict = totalQueue.judge(h);
      expect(verdict.counts['lost-write'] ?? 0, `seed ${seed}`).toBe(
        minus(count('enqueue', 0), taken).length,
      );
      const wrong = { 'duplicate-element': 0, unsent: 0 };
      const surplus = takings(h).filter(({ element, ret }, i, all) => {
        const put = puts(h, element).filter((inv) => inv < ret).length;
        const times = all.slice(0, i + 1).filter((t) => t.element === element).length;
        if (times <= put) return false;
        wrong[put > 0 ? 'duplicate-element' : 'unsent']++;
        return true;
      });
      const {
        'duplicate-element': d = 0,
        'unexpected-element': u = 0,
        'aborted-read': a = 0,
      } = verdict.counts;
      expect({ 'duplicate-element': d, unsent: u + a }, `seed ${seed}`).toEqual(wrong);
      expect(surplus.length).toBeGreaterThanOrEqual(minus(taken, attempted).length);
      const atLeastOnce = totalQueue.judge(h, { models: ['no-lost-writes'] }).valid;
      const lost = minus(count('enqueue', 0), taken).length > 0;
      if (atLeastOnce !== 'unknown') expect(atLeastOnce, `seed ${seed}`).toBe(!lost && wrong.unsent === 0);
    }
  });
});

/** What was taken out, in order of return. */
function takings(h: History): { element: Json; ret: number }[] {
  return Array.from({ length: h.n }, (_, row) => row)
    .filter((row) => /dequeue|drain/.test(h.fs[h.f[row]]) && h.outcome[row] === 0)
    .sort((a, b) => h.ret[a] - h.ret[b])
    .flatMap((row) => [h.value(row) as Json].flat().map((element) => ({ element, ret: h.ret[row] })));
}

/** When enqueues of it were invoked that did not fail. */
function puts(h: History, element: Json): number[] {
  return Array.from({ length: h.n }, (_, row) => row)
    .filter((row) => h.fs[h.f[row]] === 'enqueue' && h.outcome[row] !== 1 && h.value(row) === element)
    .map((row) => h.inv[row]);
}

function multiset(h: History, f: string, outcomes: number[]): Json[] {
  return Array.from({ length: h.n }, (_, row) => row)
    .filter((row) => h.fs[h.f[row]] === f && outcomes.includes(h.outcome[row]))
    .flatMap((row) => h.value(row) as Json);
}

function minus(a: readonly Json[], b: readonly Json[]): Json[] {
  const rest = [...b];
  return a.filter((e) => {
    const at = rest.indexOf(e);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
