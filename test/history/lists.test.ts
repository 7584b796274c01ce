import { expect, test } from 'vitest';
import type { History } from '../../src/history/history.ts';
import { EdnReader } from '../../src/history/read/edn.ts';
import { JsonlReader } from '../../src/history/read/jsonl.ts';
import { Draw } from './random-ops.ts';
import { read } from './seen.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 1000 : 25;

interface Read {
  readonly key: number;
  readonly list: readonly number[];
}

/** Reads of lists that grow past one room after the other, of which some begin otherwise than the others of their key. */
function longReads(draw: Draw): Read[] {
  const lists = new Map<number, number[]>();
  const strays = draw.below(20);
  const reads: Read[] = [];
  for (let i = 0; i < 400; i++) {
    const key = draw.below(8) * (draw.chance(10) ? 100_000 : 1);
    const list = lists.get(key) ?? [];
    const digits = 10 ** (1 + draw.below(10));
    for (let n = draw.below(12); n > 0; n--) list.push(draw.below(Math.min(digits, 2 ** 31)));
    lists.set(key, list);
    const seen = draw.chance(60) ? list.slice() : list.slice(0, draw.below(list.length + 1));
    if (seen.length > 0 && draw.chance(strays)) seen[draw.below(seen.length)] = draw.below(50);
    reads.push({ key, list: seen });
    if (draw.chance(2)) lists.set(key, list.slice(0, draw.below(list.length + 1)));
  }
  return reads;
}

function expectReads(h: History, reads: readonly Read[], what: string): void {
  expect(h.n, what).toBe(reads.length);
  for (const [row, { key, list }] of reads.entries())
    expect(h.value(row), `${what}, row ${row}`).toEqual([['r', key, list.length === 0 ? null : list]]);
}

test('long lists come back as they were written, whatever room their texts outgrow', () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const draw = new Draw(seed);
    const reads = longReads(draw);
    const comma = draw.one([',', ', ']);
    const json = reads.map(
      ({ key, list }, i) =>
        `{"index":${i},"process":${i},"type":"ok","f":"txn","value":[["r",${key},[${list.join(comma)}]]]}\n`,
    );
    expectReads(read(new JsonlReader(), json.join(''), draw), reads, `JSON, seed ${seed}`);
    const space = draw.one([' ', ', ', ',']);
    const edn = reads.map(
      ({ key, list }, i) =>
        `{:index ${i}, :process ${i}, :type :ok, :f :txn, :value [[:r ${key} [${list.join(space)}]]]}\n`,
    );
    expectReads(read(new EdnReader(), edn.join(''), draw), reads, `EDN, seed ${seed}`);
  }
});

test('plain lists that grow come back too', () => {
  const lines: string[] = [];
  for (let n = 0; n < 300; n++) {
    const list = Array.from({ length: n }, (_, i) => 7 * i);
    lines.push(`{"process":${n},"type":"ok","f":"read","value":[${list.join(',')}]}`);
    lines.push(`{"process":${n},"type":"ok","f":"read","value":["k",[${list.slice(n >> 1).join(',')}]]}`);
  }
  const h = read(new JsonlReader(), `${lines.join('\n')}\n`, null);
  for (const [row, line] of lines.entries())
    expect(h.value(row)).toEqual((JSON.parse(line) as { value: unknown }).value);
});
