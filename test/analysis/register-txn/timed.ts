import { historyOf } from '../../../src/history/builder.ts';
import type { History } from '../../../src/history/history.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import type { Dice, Small } from '../weak/random.ts';
import type { Timed } from './brute.ts';

/** Puts a history into time: sessions one after the other, all else at random. */
export function timed(dice: Dice, h: Small): { readonly timed: Timed; readonly history: History } {
  const n = h.session.length;
  const inv = new Array<number>(n).fill(-1);
  const ret = new Array<number>(n).fill(-1);
  const ops: Op[] = [];
  const value = (t: number): Json =>
    h.accesses[t]!.map((a) => (a.write ? ['w', a.key, t + 1] : ['r', a.key, a.from < 0 ? null : a.from + 1]));
  const at = (t: number, type: 'invoke' | 'ok'): Op => ({
    index: ops.length,
    time: ops.length,
    process: h.session[t]!,
    type,
    f: 'txn',
    value: value(t),
  });
  let next = 0;
  const open = new Set<number>();
  // Transactions are invoked in the order of their numbers, as rows of a history are.
  while (next < n || open.size > 0) {
    const busy = [...open].some((t) => h.session[t] === h.session[next]);
    if (next < n && !busy && (open.size === 0 || dice.below(2) === 0)) {
      inv[next] = ops.length;
      ops.push(at(next, 'invoke'));
      open.add(next++);
    } else {
      const list = [...open];
      const waited = list.find((t) => next < n && h.session[t] === h.session[next]);
      const t = waited !== undefined && dice.below(2) === 0 ? waited : list[dice.below(list.length)]!;
      ret[t] = ops.length;
      ops.push(at(t, 'ok'));
      open.delete(t);
    }
  }
  return { timed: { ...h, inv, ret }, history: historyOf(ops) };
}
