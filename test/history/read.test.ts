import { expect, test } from 'vitest';
import { historyOf } from '../../src/history/builder.ts';
import { HistoryError } from '../../src/history/error.ts';
import { FIRST_LIST, type History, R, Shape } from '../../src/history/history.ts';
import { EdnReader } from '../../src/history/read/edn.ts';
import { JsonlReader } from '../../src/history/read/jsonl.ts';
import { ednRecords, jsonLines } from './print.ts';
import { Draw, randomOps } from './random-ops.ts';
import { damaged, read, seen } from './seen.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 10_000 : 400;

/** The contract of list reads: see `FIRST_LIST`. */
function listsAreShared(h: History): void {
  const byKey = new Map<number, Map<string, number>>();
  const longest = new Map<number, number[]>();
  const each = (act: (key: number, handle: number, list: number[]) => void): void => {
    for (let row = 0; row < h.n; row++) {
      if (h.shape[row] !== Shape.Txn) continue;
      for (let i = h.x0[row]!; i < h.x0[row]! + h.x1[row]!; i++) {
        if (h.mopF[i] !== R || h.mopVal[i]! > FIRST_LIST) continue;
        const handle = FIRST_LIST - h.mopVal[i]!;
        const from = h.listOffset[handle]!;
        act(h.mopKey[i]!, handle, [...h.elements.subarray(from, from + h.listLength[handle]!)]);
      }
    }
  };
  each((key, handle, list) => {
    const known = byKey.get(key) ?? new Map<string, number>();
    byKey.set(key, known);
    const text = list.join();
    expect(known.get(text) ?? handle).toBe(handle);
    known.set(text, handle);
    if (list.length > (longest.get(key)?.length ?? 0)) longest.set(key, list);
  });
  const place = new Map<number, number>();
  each((key, handle, list) => {
    if (list.length === longest.get(key)!.length && list.join() === longest.get(key)!.join())
      place.set(key, h.listOffset[handle]!);
  });
  each((key, handle, list) => {
    const whole = longest.get(key)!;
    if (list.every((id, i) => whole[i] === id)) expect(h.listOffset[handle]).toBe(place.get(key));
  });
}

for (const style of ['ordeal', 'python', 'wild'] as const)
  test(`JSON lines as the builder has them: ${style}`, () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const draw = new Draw(seed);
      const ops = randomOps(draw, 1 + draw.below(60));
      const wanted = historyOf(ops);
      const text = jsonLines(draw, ops, style);
      const h = read(new JsonlReader(), text, seed % 3 === 0 ? null : draw);
      expect(seen(h), `seed ${seed}`).toEqual(seen(wanted));
      listsAreShared(h);
      listsAreShared(wanted);
    }
  });

for (const style of ['lines', 'records', 'vector', 'wild'] as const)
  test(`EDN as the builder has it: ${style}`, () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      const draw = new Draw(seed);
      const ops = randomOps(draw, 1 + draw.below(60));
      const text = ednRecords(draw, ops, style);
      const h = read(new EdnReader(), text, seed % 3 === 0 ? null : draw);
      expect(seen(h), `seed ${seed}`).toEqual(seen(historyOf(ops)));
      listsAreShared(h);
    }
  });

test('garbage gives a history or a HistoryError, never anything else', () => {
  let errors = 0;
  for (let seed = 0; seed < 4 * ROUNDS; seed++) {
    const draw = new Draw(seed);
    const ops = randomOps(draw, 1 + draw.below(12));
    const json = draw.chance(50);
    const text = json
      ? jsonLines(draw, ops, 'wild')
      : ednRecords(draw, ops, draw.one(['lines', 'vector', 'wild']));
    const bytes = damaged(draw, text);
    try {
      read(json ? new JsonlReader() : new EdnReader(), bytes, draw.chance(50) ? draw : null);
    } catch (error) {
      if (!(error instanceof HistoryError)) throw new Error(`seed ${seed}: ${error}`, { cause: error });
      expect(error.line).toBeGreaterThan(0);
      expect(error.column).toBeGreaterThan(0);
      errors++;
    }
  }
  expect(errors).toBeGreaterThan(ROUNDS);
});
