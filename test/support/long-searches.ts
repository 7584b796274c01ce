import type { Json, Op } from '../../src/history/op.ts';
import { Draw } from '../history/random-ops.ts';

/** Clients that are all under way at once, nearly always: who returns is drawn, and then what it did. */
function crowd(
  seed: number,
  clients: number,
  records: number,
  ask: (draw: Draw) => [f: string, value: Json],
  answer: (draw: Draw, f: string, asked: Json) => Json,
): Op[] {
  const draw = new Draw(seed);
  const open = new Map<number, [f: string, value: Json]>();
  const ops: Op[] = [];
  for (let index = 0; index < records; index++) {
    const process = draw.below(clients);
    const [f, value] = open.get(process) ?? ask(draw);
    const done = open.delete(process);
    if (!done) open.set(process, [f, value]);
    const type = done ? 'ok' : 'invoke';
    ops.push({ index, time: index, process, type, f, value: done ? answer(draw, f, value) : value });
  }
  return ops;
}

/** A stack whose pops take one of the upmost elements: to refute it takes a search of many orders. */
export function stack(): Op[] {
  const held: Json[] = [];
  let last = 0;
  return crowd(
    7,
    25,
    3000,
    (draw) => (draw.chance(50) ? ['push', ++last] : ['pop', null]),
    (draw, f, value) => {
      if (f === 'pop') return held.splice(Math.max(0, held.length - 1 - draw.below(3)), 1)[0] ?? null;
      held.push(value);
      return value;
    },
  );
}

/** Transactions on few keys, each of which reads from a state up to 20 commits old: neither refuted nor proved soon. */
export function registers(transactions: number): Op[] {
  const states: Map<number, number>[] = [new Map()];
  let last = 0;
  return crowd(
    1,
    50,
    2 * transactions,
    (draw) => {
      const keys = new Set(Array.from({ length: 1 + draw.below(4) }, () => draw.below(100)));
      return ['txn', [...keys].map((k): Json => (draw.chance(50) ? ['w', k, ++last] : ['r', k, null]))];
    },
    (draw, _, value) => {
      const mops = value as [string, number, number | null][];
      const seen = states[Math.max(0, states.length - 1 - draw.below(21))]!;
      const next = new Map(states.at(-1));
      for (const [f, k, v] of mops) if (f === 'w') next.set(k, v!);
      states.push(next);
      return mops.map(([f, k, v]): Json => [f, k, f === 'w' ? v : (seen.get(k) ?? null)]);
    },
  );
}
