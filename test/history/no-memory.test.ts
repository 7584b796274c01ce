import { afterEach, expect, test, vi } from 'vitest';
import type { HistoryReader } from '../../src/history/read/window.ts';
import { ednRecords, jsonLines } from './print.ts';
import { Draw, randomOps } from './random-ops.ts';
import { read, seen } from './seen.ts';

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
  expect(asked).toBe(1);
});
