import { expect, test } from 'vitest';
import { digitsKept } from '../../src/history/read/digits.ts';
import { parseHistory } from '../../src/history/read/read.ts';

test('integers that a double cannot hold keep their digits, however deep; nothing else changes', () => {
  const text = (n: string) => `{"a": [${n}, -${n}], "b": {"c": ${n}}, "d":${n}}`;
  const large = '9007199254740993';
  expect(digitsKept(text(large))).toEqual({ a: [large, `-${large}`], b: { c: large }, d: large });
  for (const n of [
    '9007199254740991',
    '0.1234567890123456789',
    '1234567890123456789.5',
    '9007199254740993e-3',
  ])
    expect(digitsKept(text(n))).toEqual(JSON.parse(text(n)));
  for (const s of [`"${large}"`, `"x ${large} y"`, `"\\"${large}\\""`, `{"${large}": [1]}`])
    expect(digitsKept(s)).toEqual(JSON.parse(s));
  expect(() => digitsKept(`{${large}: 1}`)).toThrow(SyntaxError);
});

test('both formats give the same value, in any shape', () => {
  for (const value of [
    '9007199254740993',
    '["a" 9007199254740993]',
    '{"a" 9007199254740993}',
    '[["a" 9007199254740993]]',
  ]) {
    const edn = parseHistory(`{:process 0, :type :ok, :f :q, :value ${value}}\n`);
    const json = value.replace(/" 9/g, value.startsWith('{') ? '": 9' : '", 9');
    for (const more of ['', ', "time": 1e3'])
      expect(
        parseHistory(`{"process": 0, "type": "ok", "f": "q", "value": ${json}${more}}\n`).value(0),
      ).toEqual(edn.value(0));
  }
});
