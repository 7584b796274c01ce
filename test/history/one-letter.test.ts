import { describe, expect, it } from 'vitest';
import { HistoryError } from '../../src/history/error.ts';
import { parseHistory } from '../../src/history/read/read.ts';

const edn = (value: string) => `{:type :ok, :f :txn, :value ${value}, :process 0, :index 0}\n`;
const json = (value: string) => `{"index":0,"time":0,"process":0,"type":"ok","f":"txn","value":${value}}\n`;

describe('a single character is a number only if it is a digit', () => {
  it('reads symbols as keys and values of transactions', () => {
    const history = parseHistory(edn('[[:append x 1] [:append 7 y] [:r x [1]]]'), 'edn');
    expect(history.mops(0)).toEqual([
      ['append', 'x', 1],
      ['append', 7, 'y'],
      ['r', 'x', [1]],
    ]);
  });

  it('refuses letters where JSON has a value', () => {
    for (const value of ['[["append",x,1]]', '[["append",1,x]]', '[["r",:,null]]'])
      expect(() => parseHistory(json(value), 'jsonl'), value).toThrow(HistoryError);
  });
});
