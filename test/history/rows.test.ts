import { expect, test } from 'vitest';
import type { History } from '../../src/history/history.ts';
import { Memory } from '../../src/history/memory.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { ProcessTable } from '../../src/history/process-table.ts';
import { JsonlReader } from '../../src/history/read/jsonl.ts';
import { PlainJson } from './plain.ts';
import { jsonLines } from './print.ts';
import { Draw } from './random-ops.ts';
import { read, seen } from './seen.ts';

/** Its memory does not take all columns. */
class PoorJson extends JsonlReader {
  constructor(takesColumns: (size: number) => boolean) {
    super();
    this.scanner.memory.takesColumns = takesColumns;
  }

  override finish(): History {
    const history = super.finish();
    Reflect.deleteProperty(this.scanner.memory, 'takesColumns');
    return history;
  }
}

/** Transactions and plain operations of many processes, most of them open at once. */
function manyOps(draw: Draw, n: number, processes: number): Op[] {
  const open = new Map<number, Op>();
  return Array.from({ length: n }, (_, index): Op => {
    const process = draw.below(processes);
    const invocation = open.get(process);
    const at = { index, time: 10 * index, process };
    if (invocation !== undefined) {
      const type = draw.one(['ok', 'ok', 'ok', 'fail', 'info'] as const);
      open.delete(process);
      return { ...invocation, ...at, type, ...(draw.chance(10) ? { value: null } : {}) };
    }
    const mop = (): Json =>
      draw.chance(50) ? ['w', draw.below(9), draw.below(99)] : ['r', draw.below(9), null];
    const value = draw.chance(70) ? Array.from({ length: 1 + draw.below(4) }, mop) : draw.below(1000);
    const op: Op = { ...at, type: 'invoke', f: 'txn', value };
    open.set(process, op);
    return op;
  });
}

/** Whether this is the size of what has one place an operation. */
const ofRows = (size: number): boolean => size % 51 === 0;

test.each<[string, (size: number) => boolean]>([
  ['all', () => false],
  ['all but the smallest', (size) => size <= 4000],
  ['large ones', (size) => size <= 40_000],
  ['those of micro-operations', ofRows],
  ['large ones of micro-operations', (size) => ofRows(size) || size <= 4000],
  ['those of operations', (size) => !ofRows(size)],
])('columns may lie outside of the memory of the scanner, and nothing is lost: %s', (_, takes) => {
  for (let seed = 0; seed < 10; seed++) {
    const draw = new Draw(seed);
    const text = jsonLines(draw, manyOps(draw, 3000, draw.one([3, 40])), 'ordeal');
    const wanted = seen(read(new PlainJson(), text, null));
    expect(seen(read(new PoorJson(takes), text, seed % 2 === 0 ? draw : null)), `seed ${seed}`).toEqual(
      wanted,
    );
  }
});

test('thousands of values may be put off at once, and processes be as many', () => {
  const draw = new Draw(7);
  const text = jsonLines(draw, manyOps(draw, 12_000, 6000), 'ordeal');
  expect(seen(read(new JsonlReader(), text, null))).toEqual(seen(read(new PlainJson(), text, null)));
});

test('what was read stays as it is while other histories are read, short or long', () => {
  const long = (seed: number): string => {
    const lines: string[] = [];
    for (let i = 0; i < 150_000; i++) {
      const at = `"time":${i},"process":${i % 7},"f":"write","value":${i + seed}}`;
      lines.push(`{"index":${2 * i},"type":"invoke",${at}`, `{"index":${2 * i + 1},"type":"ok",${at}`);
    }
    return lines.join('\n');
  };
  const short = '{"index":0,"time":1,"process":1,"type":"invoke","f":"write","value":5}\n';
  const copy = ({ n, inv, ret, x0, process, retTime }: History): unknown =>
    structuredClone([
      n,
      Int32Array.from(inv),
      Int32Array.from(ret),
      Int32Array.from(x0),
      Int32Array.from(process),
      Float64Array.from(retTime),
    ]);
  const histories = [read(new JsonlReader(), long(0), null), read(new JsonlReader(), short, null)];
  const before = histories.map(copy);
  expect(histories.map(({ n }) => n)).toEqual([150_000, 1]);
  for (const text of [long(1), short.replace('5', '6'), long(2)]) read(new JsonlReader(), text, null);
  expect(histories.map(copy)).toEqual(before);
});

test('a process keeps its number whether it is in the table or too far from the others', () => {
  const table = new ProcessTable(new Memory());
  const wanted = new Map<number, number>();
  const draw = new Draw(3);
  for (let i = 1; i <= 5000; i++) {
    const process = draw.one([draw.below(64), draw.below(3000), draw.below(1 << 21), draw.below(2 ** 30)]);
    table.set(process, i);
    wanted.set(process, i);
    expect(table.get(draw.below(4000) + 4_000_000)).toBe(0);
  }
  for (const [process, i] of wanted) expect(table.get(process)).toBe(i);
});
