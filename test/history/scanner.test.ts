import { expect, test } from 'vitest';
import { HistoryError } from '../../src/history/error.ts';
import { type History, UNREAD } from '../../src/history/history.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { EdnReader } from '../../src/history/read/edn.ts';
import { JsonlReader } from '../../src/history/read/jsonl.ts';
import type { HistoryReader } from '../../src/history/read/window.ts';
import { PlainEdn, PlainJson } from './plain.ts';
import { ednRecords, jsonLines } from './print.ts';
import { Draw, randomOps } from './random-ops.ts';
import { damaged, read, seen } from './seen.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 100_000 : 800;

/** Readers that count the records that the scanner takes in by itself, and those that it leaves to them. */
class CountingJson extends JsonlReader {
  direct = 0;
  left = 0;
  protected override find(end: number): boolean {
    const before = this.recorder.records;
    const left = super.find(end);
    this.direct += this.recorder.records - before;
    if (left) this.left++;
    return left;
  }
}
class CountingEdn extends EdnReader {
  direct = 0;
  left = 0;
  protected override find(end: number): boolean {
    const before = this.recorder.records;
    const left = super.find(end);
    this.direct += this.recorder.records - before;
    if (left) this.left++;
    return left;
  }
}
const HEAD = '"index":1,"time":12345678901,"process":3,"type":"ok","f":"txn","value":';

test.each([
  `{${HEAD}[["r",1,[1,2,3]],["append",17,4],["w",2,123456789],["r",2,null],["r",2,7]]}`,
  `{${HEAD}[["r","x",[1,"a"]],["append",-1,1.5],["w","key",true]]}`,
  '{"index": 1, "type": "ok", "process": 3, "f": "txn", "time": 5, "value": [["r", 1, [1, 2]], ["append", 2, 1]]}',
  `{${HEAD}7}`,
  `{${HEAD}"text"}`,
  `{${HEAD}[5,8]}`,
  `{${HEAD}[5,null]}`,
  `{${HEAD}[5,[1,2]]}`,
  `{${HEAD}[1,2,3,4]}`,
  `{${HEAD}["k",[1,2,3]]}`,
  `{${HEAD}null}\r`,
  `{${HEAD}3,"node":"n1","epoch":4,"error":["net","timeout"]}`,
  `{${HEAD}3,"workload":"w","node":"a name of more than sixteen bytes"}`,
  '{"type":"ok","f":"txn","process":3}',
])('the scanner knows %s', (line) => {
  const reader = new CountingJson();
  reader.push(
    new TextEncoder().encode(
      `{"index":0,"time":0,"process":3,"type":"invoke","f":"txn","value":[]}\n${line}\n`,
    ),
  );
  expect(reader.finish().warnings).toEqual([]);
  expect(reader.direct + reader.left).toBe(1);
});

test.each([
  '{:type :ok, :f :txn, :value [[:r 1 [1 2 3]] [:append 17 4] [:w 2 123456789] [:r 2 nil]], :time 12345678901, :process 3, :index 1}',
  '#jepsen.history.Op{:index 1, :time 5, :type :ok, :process 3, :f :txn, :value [[:r :x [1 "a"]] [:append "k" -1]]}',
  '{:process 3 :type :ok :f :txn :value 7}',
  '{:process 3, :type :ok, :f :txn, :value [5 8]}',
  '{:process 3, :type :ok, :f :txn, :value [5 nil]}',
  '{:process 3, :type :ok, :f :txn, :value [5 [1 2]]}',
  '{:process 3, :type :ok, :f :txn, :value #{1 2 3}}',
  '{:process 3, :type :ok, :f :txn, :value [:k (1 2 3)]}',
  '{:process 3, :type :ok, :f :txn, :value :word, :error [:net "timeout"]}',
])('the scanner knows %s', (record) => {
  const reader = new CountingEdn();
  reader.push(
    new TextEncoder().encode(
      `{:index 0, :time 0, :process 3, :type :invoke, :f :txn, :value []}\n${record}\n`,
    ),
  );
  expect(reader.finish().warnings).toEqual([]);
  expect(reader.direct + reader.left).toBe(1);
});

test('names of workloads and nodes are the scanner’s once they were met, and epochs', () => {
  const reader = new CountingJson();
  const line = (index: number, node: string): string =>
    `{"index":${index},"process":${index},"type":"invoke","f":"txn","value":[["w",1,2]],"workload":"w","node":"${node}","epoch":${index}}\n`;
  const h = read(reader, [0, 1, 2, 3].map((i) => line(i, i % 2 === 0 ? 'n1' : 'n2')).join(''), null);
  expect(reader.direct).toBe(2);
  expect(reader.left).toBe(1);
  expect([...h.node].map((node) => h.nodes[node])).toEqual(['n1', 'n2', 'n1', 'n2']);
  expect([...h.epoch]).toEqual([0, 1, 2, 3]);
  expect(new Set([...h.workload].map((w) => h.workloads[w]))).toEqual(new Set(['w']));
});

test('what names a record says nothing of the next, also where that one is unusual', () => {
  const reader = new CountingJson();
  const text = [
    '{"index":0,"process":9,"node":"n1","type":"invoke","f":"txn","value":[["w",1,2]]}',
    '{"index":1,"process":0,"node":"n1","epoch":4,"type":"invoke","f":"txn","value":[["w",1,3]]}',
    '{"index":2,"process":0,"type":"invoke","f":"txn","value":[["w",1,4]]}',
    '{"index":3,"process":1,"type":"invoke","f":"txn","value":[["r",1,null]]}',
    '{"index":4,"process":0,"type":"fail","f":"txn","value":[["w",1,4]]}',
    '{"index":5,"process":1,"type":"ok","f":"txn","value":[["r",1,2]]}',
  ].join('\n');
  const h = read(reader, `${text}\n`, null);
  expect(reader.direct + reader.left).toBe(6);
  expect([...h.node]).toEqual([0, 0, -1, -1]);
  expect([...h.epoch]).toEqual([-1, 4, -1, -1]);
  expect(h.warnings).toHaveLength(1);
});

test('invocations are put off whatever stands behind their values in EDN', () => {
  const reader = new CountingEdn();
  const text = [
    '{:process 0, :type :invoke, :f :txn, :value [[:r 1 nil]], :index 0}',
    '{:process 1, :type :invoke, :f :txn, :value [[:r 2 nil] [:w 3 4]], :index 1}',
    '{:process 2, :type :invoke, :f :txn, :value [[:w "a]]" 4]], :index 2}',
    '{:process 1, :type :ok, :f :txn, :value [[:r 2 9] [:w 3 4]], :index 3}',
  ].join('\n');
  const h = read(reader, text, null);
  expect(reader.direct + reader.left).toBe(3);
  expect([0, 1, 2].map((row) => h.value(row))).toEqual([
    [['r', 1, null]],
    [
      ['r', 2, 9],
      ['w', 3, 4],
    ],
    [['w', 'a]]', 4]],
  ]);
});

test('what is cut off is counted from where it begins, whoever moved there', () => {
  const text = '{:index 0, :process 0, :type :invoke, :f :write, :value 1}\n, \n\t#_[1';
  for (const reader of [new EdnReader(), new PlainEdn()])
    expect(read(reader, text, null).warnings).toEqual([
      'line 3 begins a record that is cut off after 4 bytes; it was left out',
    ]);
});

test('micro-operations lie in the order of rows, whatever completes first', () => {
  const draw = new Draw(1);
  const value = (key: number): Json => [
    ['w', key, key + 1],
    ['r', key, null],
  ];
  const ops: Op[] = [0, 1, 2, 3].map((p) => ({
    index: p,
    time: p,
    process: p,
    type: 'invoke',
    f: 'txn',
    value: value(p),
  }));
  for (const [i, p] of [2, 0, 3].entries()) {
    const read: Json = [
      ['w', p, p + 1],
      ['r', p, p + 1],
    ];
    ops.push({ index: 4 + i, time: 4 + i, process: p, type: i === 1 ? 'info' : 'ok', f: 'txn', value: read });
  }
  const ofJson = read(new CountingJson(), jsonLines(draw, ops, 'ordeal'), null);
  const ofEdn = read(new CountingEdn(), ednRecords(draw, ops, 'lines'), null);
  for (const h of [ofJson, ofEdn]) {
    expect([...h.x0]).toEqual([0, 2, 4, 6]);
    expect([...h.mopKey]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...h.mopVal]).toEqual([1, UNREAD, 2, UNREAD, 3, 3, 4, 4]);
  }
});

/** Histories of usual operations, which random ones have too few of. */
function usualOps(draw: Draw): Op[] {
  const ops: Op[] = [];
  const lists = new Map<number, number[]>();
  for (let index = 0; index < 30; index += 2) {
    const process = draw.below(3) + 10 * index;
    const value: Json[] = [];
    for (let i = draw.below(4); i >= 0; i--) {
      const key = draw.below(3);
      const list = lists.get(key) ?? [];
      if (draw.chance(50)) {
        const element = draw.below(draw.chance(10) ? 1_000_000_000 : 300);
        lists.set(key, [...list, element]);
        value.push(['append', key, element]);
      } else value.push(['r', key, draw.chance(80) ? list : list.slice(0, draw.below(list.length + 1))]);
    }
    const invoked = value.map((mop) => ((mop as Json[])[0] === 'r' ? ['r', (mop as Json[])[1]!, null] : mop));
    ops.push({ index, time: index * 1000, process, type: 'invoke', f: 'txn', value: invoked });
    const type = draw.chance(80) ? 'ok' : draw.one(['fail', 'info'] as const);
    ops.push({ index: index + 1, time: draw.below(1 << 30) * 2 ** 19, process, type, f: 'txn', value });
  }
  return ops;
}

test('a reader with the scanner and one without see the same, and complain of the same', () => {
  const outcomes = { same: 0, refused: 0, unread: 0 };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const draw = new Draw(seed);
    const ops = draw.chance(60) ? usualOps(draw) : randomOps(draw, 1 + draw.below(20));
    const json = draw.chance(50);
    const text = json
      ? jsonLines(draw, ops, draw.one(['ordeal', 'python', 'wild']))
      : ednRecords(draw, ops, draw.one(['lines', 'records', 'vector', 'wild']));
    const bytes = draw.chance(80) ? damaged(draw, text) : new TextEncoder().encode(text);
    const pieces = draw.chance(50) ? draw : null;
    const wanted = attempt(json ? new PlainJson() : new PlainEdn(), bytes, null);
    const got = attempt(json ? new JsonlReader() : new EdnReader(), bytes, pieces);
    const what = `seed ${seed}`;
    if (!(wanted instanceof HistoryError)) {
      if (got instanceof HistoryError) throw new Error(what, { cause: got });
      expect(seen(got), what).toEqual(seen(wanted));
      outcomes.same++;
    } else if (`${got}` === `${wanted}`) {
      outcomes.refused++;
    } else {
      // What is not looked at: the transaction of an invocation, if its completion brings another.
      const line = new TextDecoder().decode(bytes).split('\n')[wanted.line - 1];
      if (!/invoke.*\[\s*\[/.test(line!)) expect(`${got}`, what).toBe(`${wanted}`);
      outcomes.unread++;
    }
  }
  expect(outcomes.same).toBeGreaterThan(ROUNDS / 4);
  expect(outcomes.refused).toBeGreaterThan(ROUNDS / 10);
  expect(outcomes.unread).toBeLessThan(ROUNDS / 20);
});

function attempt(reader: HistoryReader, bytes: Uint8Array, draw: Draw | null): History | HistoryError {
  try {
    return read(reader, bytes, draw);
  } catch (error) {
    if (error instanceof HistoryError) return error;
    throw error;
  }
}
