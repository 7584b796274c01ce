import { afterEach, expect, test, vi } from 'vitest';
import type { HistoryReader } from '../../src/history/read/window.ts';
import { ednRecords, jsonLines } from './print.ts';
import { Draw, randomOps } from './random-ops.ts';
import { read, readAhead, seen } from './seen.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 20_000 : 300;

interface Readers {
  readonly JsonlReader: new () => HistoryReader;
  readonly EdnReader: new () => HistoryReader;
}

/** The readers of a process of their own. */
async function readers(): Promise<Readers> {
  vi.resetModules();
  const [{ JsonlReader }, { EdnReader }] = await Promise.all([
    import('../../src/history/read/jsonl.ts'),
    import('../../src/history/read/edn.ts'),
  ]);
  return { JsonlReader, EdnReader };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('where WebAssembly has no address space for its memory, histories are read all the same', async () => {
  const usual = await readers();
  const poor = await readers();
  let asked = 0;
  vi.stubGlobal('WebAssembly', {
    Module: WebAssembly.Module,
    Instance: class {
      constructor() {
        asked++;
        throw new RangeError('could not allocate memory');
      }
    },
  });
  // Its scanner is used again by the readers that come after it.
  expect(read(new poor.JsonlReader(), '', null).n).toBe(0);
  vi.unstubAllGlobals();
  for (let seed = 0; seed < ROUNDS; seed++) {
    const draw = new Draw(seed);
    const ops = randomOps(draw, 1 + draw.below(30));
    const json = draw.chance(50);
    const text = json ? jsonLines(draw, ops, 'ordeal') : ednRecords(draw, ops, 'lines');
    const wanted = read(json ? new usual.JsonlReader() : new usual.EdnReader(), text, null);
    const got = read(json ? new poor.JsonlReader() : new poor.EdnReader(), text, draw);
    expect(seen(got), `seed ${seed}`).toEqual(seen(wanted));
  }
  // Its memory is copied while it grows, with the place of a piece that is still to come.
  const lines = Array.from({ length: 120_000 }, (_, key) => {
    const list = Array.from({ length: 8 }, (_, i) => 100_000_000 + 8 * key + i);
    return `{"process":${key},"type":"ok","f":"txn","value":[["r",${key},[${list}]]]}\n`;
  });
  const text = new TextEncoder().encode(lines.join(''));
  const pieces = Array.from({ length: Math.ceil(text.length / 1_000_000) }, (_, i) =>
    text.subarray(1_000_000 * i, 1_000_000 * (i + 1)),
  );
  const reader = new poor.JsonlReader();
  const before = reader.room().buffer;
  reader.fed(0);
  readAhead(reader, pieces, new Draw(1));
  expect(reader.room().buffer).not.toBe(before);
  const history = reader.finish();
  expect(history.n).toBe(120_000);
  for (let row = 0; row < history.n; row += 9973)
    expect(history.value(row)).toEqual([
      ['r', row, Array.from({ length: 8 }, (_, i) => 100_000_000 + 8 * row + i)],
    ]);
  expect(asked).toBe(1);
});
