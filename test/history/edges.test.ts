import { expect, test, vi } from 'vitest';
import { HistoryError } from '../../src/history/error.ts';
import { FAIL, type History, INFO, OK, Shape } from '../../src/history/history.ts';
import { lint } from '../../src/history/lint.ts';
import { formatOf, parseHistory, readerFor, readHistory } from '../../src/history/read/read.ts';
import { ednRecords, jsonLines } from './print.ts';
import { Draw, randomOps } from './random-ops.ts';
import { readAhead, seen } from './seen.ts';

function refused(text: string | Uint8Array, format?: 'jsonl' | 'edn'): string {
  try {
    parseHistory(text, format);
  } catch (error) {
    if (error instanceof HistoryError) return `${error.line}:${error.column}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const INVOKE = '{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":1}\n';

test('errors name the line and the column', () => {
  expect(refused(`${INVOKE}{"index":1,"time":0,"process":0,"type":"okay","f":"write","value":1}\n`)).toBe(
    '2:40: type "okay" is none of "invoke", "ok", "fail", "info"',
  );
  expect(refused(`${INVOKE}\n{"index":1,,}\n`)).toBe(
    '3:12: found "," where a key in double quotes should be',
  );
  expect(refused(`${INVOKE}{"index":1,"value":[1,2}\n`)).toBe('2:24: found "}" where "," or "]" should be');
  expect(refused(`${INVOKE}{"a":tru}\n`)).toBe('2:6: found "t" where a value should be');
  expect(refused(`${INVOKE}{"process":0,"type":"ok","f":"w","value":"a\n`)).toMatch(
    /^2:\d+: the line ends where/,
  );
  expect(refused(`${INVOKE}{"process":0,"type":"ok"} x\n`)).toBe(
    '2:27: found "x" where the end of the line should be',
  );
  expect(refused('{:type :ok :process 0 :f :read :value 1}\n{:type :ok :value ]}')).toMatch(
    /^2:19: found "]"/,
  );
  expect(refused('{:type :ok :process 0 :value {:a}}')).toMatch(/^1:\d+: a map with a key that has no value/);
  expect(refused('{:type :ok, :process 0\n :f 3}\n', 'edn')).toBe('1:1: f 3 is no name');
  for (const name of ['constructor', 'toString', 'nope'])
    expect(refused(`{:type :ok :process 0 :f :read :value \\${name}}`)).toContain(
      `\\${name} is no character`,
    );
  expect(refused('hello', 'edn')).toMatch(/^1:1: found "h" where a record/);
});

test('invocations are read where no completion repeats them, and only then', () => {
  const line = (index: number, type: string, value: string): string =>
    `{"index":${index},"time":0,"process":0,"type":"${type}","f":"txn","value":${value}}\n`;
  expect(refused(line(0, 'invoke', '[["r",1,nul]]') + line(1, 'info', 'null'))).toMatch(
    /^1:\d+: found "n" where a value/,
  );
  expect(refused(`\n${line(0, 'invoke', '[["r",1,2]')}`)).toMatch(/^2:\d+: found "}" where "," or "]"/);
  const odd = line(0, 'invoke', '[["append","x]]}",1]]') + line(1, 'ok', '[["append","x]]}",1]]');
  expect(parseHistory(odd).value(0)).toEqual([['append', 'x]]}', 1]]);
  const h = parseHistory(line(0, 'invoke', '[["append",1,2],["r",3,null]]') + line(1, 'fail', 'null'));
  expect(h.value(0)).toEqual([
    ['append', 1, 2],
    ['r', 3, null],
  ]);
});

test('bad UTF-8 is refused where it stands', () => {
  const bytes = new TextEncoder().encode(`${INVOKE}{"process":0,"type":"ok","f":"write","value":"abX"}\n`);
  bytes[bytes.indexOf(0x58)] = 0xff;
  expect(refused(bytes)).toBe('2:49: these bytes are not UTF-8');
  const edn = new TextEncoder().encode('{:type :ok :process 0 :f :w :value "é"}');
  edn[edn.indexOf(0xa9)] = 0x20;
  expect(refused(edn)).toMatch(/^1:\d+: these bytes are not UTF-8/);
});

test('a byte order mark, carriage returns and blank lines are fine', () => {
  const h = parseHistory(
    `\uFEFF${INVOKE.replace('\n', '\r\n')}\r\n\n   \n{"process":0,"type":"ok","f":"write","value":1}`,
  );
  expect([h.n, h.outcome[0], h.warnings.length]).toEqual([1, OK, 0]);
});

test('a last line that is cut off is left out with a warning, at whatever byte', () => {
  const last =
    '{"index":1,"time":9,"process":0,"type":"ok","f":"write","value":["é",{"a":[1.5,true]}],"node":"n1"}';
  const bytes = new TextEncoder().encode(INVOKE + last);
  for (let cut = INVOKE.length + 1; cut < bytes.length; cut++) {
    const h = parseHistory(bytes.subarray(0, cut));
    expect([h.n, h.outcome[0], h.warnings.length], `${cut}`).toEqual([1, INFO, 1]);
    expect(h.warnings[0]).toMatch(/^line 2 is cut off after \d+ bytes/);
  }
  expect(parseHistory(bytes).outcome[0]).toBe(OK);
});

test('EDN that is cut off, at whatever byte', () => {
  const first = '{:type :invoke, :f :write, :value 1, :process 0}\n';
  const last = '{:type :ok, :f :write, :value ["é" {:a #{1.5 true}} \\x], :process 0} ; end';
  const bytes = new TextEncoder().encode(first + last);
  for (let cut = first.length + 1; cut < bytes.length - 6; cut++) {
    const h = parseHistory(bytes.subarray(0, cut));
    expect([h.n, h.outcome[0], h.warnings.length], `${cut}`).toEqual([1, INFO, 1]);
  }
  expect(parseHistory(`[${first}`).warnings).toEqual(['line 2: the "]" at the end is missing']);
});

test('indices: duplicates and disorder are refused, gaps and absence are fine', () => {
  expect(refused(INVOKE + INVOKE)).toBe(
    "2:1: index 0 comes twice: a history's records are in order of index",
  );
  const h = parseHistory(
    '{"process":0,"type":"ok","f":"read","value":1}\n{"index":7,"process":0,"type":"ok","f":"read","value":1}',
  );
  expect([...h.inv]).toEqual([0, 7]);
});

test('a lone completion is refused where others have invocations', () => {
  expect(refused(`${INVOKE}{"process":3,"type":"ok","f":"write","value":1}\n`)).toBe(
    '2:1: process 3 completes an operation that it never invoked',
  );
});

test('absurd nesting is refused, not overflowed', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(refused(`{"process":0,"type":"ok","f":"x","value":${deep}}`)).toMatch(
    /nested deeper than 256 levels/,
  );
  expect(refused(`{:process 0 :type :ok :f :x :value ${deep}}`)).toMatch(/nested deeper than 256 levels/);
  const maps = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  expect(refused(`{"process":0,"type":"ok","f":"x","value":${maps}}`)).toMatch(/nested deeper/);
  expect(refused(`{:process 0 :type :ok :f :x :value ${'#a '.repeat(100_000)}1}`)).toMatch(/nested deeper/);
  expect(refused('[[[[[[', 'edn')).toMatch(/./);
});

test('a line of megabytes, in small pieces', () => {
  const n = 300_000;
  const list = Array.from({ length: n }, (_, i) => i).join(',');
  for (const format of ['jsonl', 'edn'] as const) {
    const text =
      format === 'jsonl'
        ? `{"process":0,"type":"ok","f":"read","value":[${list}]}\n`
        : `{:process 0 :type :ok :f :read :value #{${list}}}\n`;
    const bytes = new TextEncoder().encode(text);
    const reader = readerFor(format);
    for (let at = 0; at < bytes.length; at += 1000) reader.push(bytes.subarray(at, at + 1000));
    const h = reader.finish();
    expect([h.shape[0], h.x1[0], h.elements[h.x0[0]! + n - 1]]).toEqual([Shape.List, n, n - 1]);
  }
});

test('integers that no double holds stay different', () => {
  const line = (v: string): string => `{"process":0,"type":"ok","f":"generate","value":${v}}\n`;
  const h = parseHistory(line('9007199254740992') + line('9007199254740993') + line('9007199254740993'));
  expect(h.x0[0]).not.toBe(h.x0[1]);
  expect(h.x0[1]).toBe(h.x0[2]);
  expect(h.value(1)).toBe('9007199254740993');
  const e = parseHistory(
    '{:process 0 :type :ok :f :g :value 9007199254740993N}\n{:process 0 :type :ok :f :g :value 9007199254740992}',
  );
  expect(e.x0[0]).not.toBe(e.x0[1]);
});

test("Jepsen's EDN: tuples, records, sets, tags, nemesis, odd keys", () => {
  const h = parseHistory(`; recorded
#jepsen.history.Op{:index 0, :time 3, :type :invoke, :process 0, :f :read, :value [:x nil]}
#jepsen.history.Op{:index 1, :time 4, :type :info, :process :nemesis, :f :start, :value [:isolated {"n1" #{"n2"}}]}
#jepsen.history.Op{:index 2, :time 5, :type :ok, :process 0, :f :read, :value [:x 5], :link #a/b [1 2], :error \\a}
#_{:type :ok} {:index 3 :type :invoke :process 1 :f :read} {:type :ok :process 1 :f :read :value #{1 2 3}, :ratio 1/2 :big 12N :dec 1.5M :inst #inst "2020"}
`);
  expect(h.nemesis).toEqual([
    { index: 1, time: 4, process: 'nemesis', type: 'info', f: 'start', value: ['isolated', { n1: ['n2'] }] },
  ]);
  expect(h.value(0)).toEqual(['x', 5]);
  expect(h.errors.get(0)).toBe('a');
  expect(h.value(1)).toEqual([1, 2, 3]);
});

test('completions without f or process, as in examples of anomalies', () => {
  const h = parseHistory(
    '{:type :ok, :value [[:append :x 1] [:r :y nil]]}\n{:type :fail :value [[:r :x [1]]]}',
  );
  expect(h.fs).toEqual(['txn']);
  expect([...h.outcome]).toEqual([OK, FAIL]);
  expect(h.process[0]).not.toBe(h.process[1]);
  expect(refused('{:type :invoke, :value 1 :f :w}')).toBe('1:1: an invocation without "process"');
});

test('which format a text is', () => {
  const formats = ['{"a":1}', ' \n{ "a" :1}', '', '{x', '\uFEFF{"a":1}', '[{"a":1}]'].map((t) =>
    formatOf(new TextEncoder().encode(t)),
  );
  expect(formats).toEqual(formats.map(() => 'jsonl'));
  const edn = ['{:a 1}', '#x{:a 1}', '[{:a 1}]', '; c\n{"a" 1}', '({:a 1})'].map((t) =>
    formatOf(new TextEncoder().encode(t)),
  );
  expect(edn).toEqual(edn.map(() => 'edn'));
  expect(refused('[{"a":1}]')).toMatch(/no array around them/);
});

test('an asynchronous source, and an empty one', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const c of INVOKE) yield new TextEncoder().encode(c);
  }
  expect((await readHistory(pieces())).n).toBe(1);
  expect((await readHistory([])).n).toBe(0);
});

test('a long history keeps only columns: no bytes of what was read', () => {
  const reader = readerFor('jsonl');
  const more = `"extra":"${'x'.repeat(500)}"`;
  let index = 0;
  let bytes = 0;
  for (let piece = 0; piece < 200; piece++) {
    let text = '';
    for (let i = 0; i < 250; i++, index += 2)
      text += `{"index":${index},"time":0,"process":0,"type":"invoke","f":"txn","value":[["append",1,${index}]],${more}}\n{"index":${index + 1},"time":0,"process":0,"type":"ok","f":"txn","value":[["append",1,${index}]],${more}}\n`;
    reader.push(new TextEncoder().encode(text));
    bytes += text.length;
  }
  expect(reader.room().buffer.byteLength).toBeLessThan(bytes / 3);
  reader.fed(0);
  expect(reader.finish().n).toBe(50_000);
});

test('lint: a failed write that was read, a clock that goes backwards, nothing that succeeded', () => {
  const warnings = (text: string): string[] => lint(parseHistory(text) as History);
  expect(
    warnings(`{:type :invoke :process 0 :f :write :value 7 :time 5} {:type :fail :process 0 :f :write :value 7 :time 6}
      {:type :invoke :process 1 :f :read :time 4} {:type :ok :process 1 :f :read :value 7 :time 9}`),
  ).toEqual([
    'the clock goes backwards once, first at index 2; order is taken from indices, not times',
    'none of 1 write operations succeeded',
    'the write of 7 (index 0) failed, and yet index 3 read it: was its outcome really known?'.replace(
      'index 3',
      'index 2',
    ),
  ]);
  expect(
    warnings(
      '{:type :fail :process 0 :f :txn :value [[:append 1 2] [:append 1 3]]}{:type :ok :process 1 :f :txn :value [[:r 1 [1 2]]]}',
    ),
  ).toEqual(['the txn of 2 (index 0) failed, and yet index 1 read it: was its outcome really known?']);
});

test('EDN: a byte order mark, times in Unix nanoseconds, discarded forms in each other', () => {
  const record = '{:index 0, :time 1700000000000000123, :type :ok, :process 1, :f :read, :value 3}';
  const h = parseHistory(`\uFEFF${record}`, 'edn');
  expect(h.value(0)).toBe(3);
  expect(h.invTime[0]).toBe(1_700_000_000_000_000_000);
  const discarded = (n: number): string => `{:value ${'#_'.repeat(n)}${' 1'.repeat(n)} 7}`;
  expect(
    parseHistory(record.replace('{', discarded(200).replace('7}', '3 ').replace('{', '{')), 'edn').n,
  ).toBe(1);
  expect(() => parseHistory(`{:type :ok, :value ${'#_'.repeat(100_000)}`, 'edn')).toThrow(
    /nested deeper than 256/,
  );
});

test('what no record begins with is refused at once, not at the end of its line', () => {
  for (const [format, text] of [
    ['jsonl', '"text that never ends'],
    ['jsonl', '\0\0\0\0'],
    ['edn', '\0\0\0\0'],
  ] as const) {
    const reader = readerFor(format);
    expect(() => reader.push(new TextEncoder().encode(text))).toThrow(HistoryError);
    expect(() => reader.finish()).toThrow(HistoryError);
  }
});

test('a process beyond what is counted is called too large, not no number', () => {
  for (const process of ['4000000000', '40000000000000000000'])
    for (const [format, text] of [
      ['jsonl', `{"type":"ok","f":"read","process":${process},"value":1}`],
      ['edn', `{:type :ok, :f :read, :process ${process}, :value 1}`],
    ] as const)
      expect(() => parseHistory(text, format)).toThrow(/no whole number between/);
});

test('a long record that comes in small pieces is not moved with each of them', () => {
  const reader = readerFor('jsonl');
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const copyWithin = vi.spyOn(typedArray, 'copyWithin');
  const text = new TextEncoder().encode(`${INVOKE.slice(0, -2)},"error":"${'x'.repeat(4 << 20)}"}\n`);
  for (let at = 0; at < text.length; at += 4096) reader.push(text.subarray(at, at + 4096));
  expect(reader.finish().n).toBe(1);
  const moved = copyWithin.mock.calls.reduce((sum, [, from, to]) => sum + (to ?? 0) - from!, 0);
  copyWithin.mockRestore();
  expect(moved).toBeLessThan(4 * text.length);
});

test('records longer than what is kept in front of a piece, while the next piece comes', () => {
  for (let seed = 0; seed < 40; seed++) {
    const draw = new Draw(seed);
    const ops = randomOps(draw, 12).map((op) =>
      draw.chance(30) ? { ...op, error: 'x'.repeat(draw.below(300_000)) } : op,
    );
    const json = draw.chance(50);
    const text = json ? jsonLines(draw, ops, 'ordeal') : ednRecords(draw, ops, 'lines');
    const format = json ? 'jsonl' : 'edn';
    const bytes = new TextEncoder().encode(text);
    const all: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += all.at(-1)!.length)
      all.push(bytes.subarray(at, at + 1 + draw.below(draw.chance(50) ? 1000 : 200_000)));
    const reader = readerFor(format);
    if (draw.chance(50)) readAhead(reader, all, draw);
    else for (const piece of all) reader.push(piece);
    expect(seen(reader.finish()), `seed ${seed}`).toEqual(seen(parseHistory(text, format)));
  }
});

test('no more than two places are given out', () => {
  const reader = readerFor('jsonl');
  reader.room();
  reader.room();
  expect(() => reader.room()).toThrow(/both places are given out/);
  reader.fed(0);
  reader.room();
  expect(reader.finish().n).toBe(0);
});

test('EDN as Clojure prints it: objects, hexadecimal integers, namespaced maps, metadata in front', () => {
  const ok = (value: string): string => `{:process 0, :type :ok, :f :write, :value ${value}}`;
  for (const [text, value] of [
    [
      '#object[java.lang.Object 0x7a34b66a "java.lang.Object@7a34b66a"]',
      ['java.lang.Object', 0x7a34b66a, 'java.lang.Object@7a34b66a'],
    ],
    ['0xff', 255],
    ['-0xFFN', -255],
    ['0x20000000000001', '9007199254740993'],
    ['#:jepsen{:a 1, :b/c 2, :_/d 3}', { 'jepsen/a': 1, 'b/c': 2, d: 3 }],
    ['^{:line 3} ^:quick [1 2]', [1, 2]],
  ] as const)
    expect(parseHistory(ok(text), 'edn').value(0), text).toEqual(value);
  expect(parseHistory(`^{:a 1} ^b ${ok('1')} ^c #jepsen.history.Op\n  ${ok('2')}`, 'edn').n).toBe(2);
  expect(parseHistory(`${ok('1')}\n^{:a 1} `, 'edn').warnings.join()).toMatch(/line 2 .* cut off/);
  expect(refused(ok('0xg'), 'edn')).toBe('1:43: "0xg" is no number');
  expect(refused(ok('#:a [1]'), 'edn')).toMatch(/found "\[" where the map of "#:a" should be/);
  expect(refused('^'.repeat(100_000), 'edn')).toMatch(/nested deeper|cut off|accepted/);
});

test('EDN: only the last record may be cut off', () => {
  const good = '{:process 0 :type :ok :f :write :value 2}\n{:process 1 :type :ok :f :read :value 1}\n';
  for (const torn of [
    '{:process 0 :type :ok :f :wri\n',
    '{:process 0\n',
    '#jepsen.history.Op{:process 0 :type :ok :f :write :value [1 2\n',
    '{:process 0 :type :ok :f :write :value "1\n',
  ]) {
    expect(refused(`${good}${torn}${good}`, 'edn'), torn).toMatch(
      /^3:1: a record that does not end: another begins inside of it, in line 4/,
    );
    expect(parseHistory(`${good}${torn}`, 'edn').warnings.join(), torn).toMatch(
      /line 3 begins a record that is cut off/,
    );
  }
  expect(refused('{:process 0 :type :ok :value [1 {:process 1 :type :ok :f :read}', 'edn')).toMatch(
    /^1:1: a record that does not end/,
  );
});

test('a record that shares its line is named by its column', () => {
  const twice = '{:process 0 :type :ok :f :write :value 1 :index 0}';
  expect(refused(`[${twice} ${twice}]`, 'edn')).toMatch(`1:${twice.length + 3}: index 0 comes twice`);
  expect(refused(`{:process 0 :type :invoke :f :w} {:process 1 :type :ok :f :w}`, 'edn')).toMatch(
    /^1:34: process 1 completes/,
  );
  expect(refused(`${INVOKE}  ${INVOKE}`)).toMatch(/^2:3: index 0 comes twice/);
});

test('records without a process are of one each, on one line too', () => {
  const history = parseHistory('[{:type :ok :f :read :value 1} {:type :ok :f :read :value 2}]', 'edn');
  expect(new Set(history.process).size).toBe(2);
});

test("a final read is marked in Jepsen's way, too", () => {
  const finals = (text: string, format: 'jsonl' | 'edn'): number => parseHistory(text, format).flags[0]!;
  expect(finals('{:process 0 :type :ok :f :read :value 1 :final? true}', 'edn')).toBe(1);
  expect(finals('{:process 0 :type :ok :f :read :value 1 :final? false}', 'edn')).toBe(0);
  expect(finals('{:process 0 :type :ok :f :read :value 1.0e3 :final? true :time -1}', 'edn')).toBe(1);
  expect(finals('{"process":0,"type":"ok","f":"read","value":1,"final?":true}', 'jsonl')).toBe(1);
});
