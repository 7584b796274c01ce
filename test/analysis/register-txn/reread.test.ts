import { expect, test } from 'vitest';
import { check } from '../../../src/analysis/check.ts';
import type { Json } from '../../../src/history/op.ts';
import { parseHistory } from '../../../src/history/read/read.ts';

test('keys that a transaction reads again, after another key, hide no serial order', () => {
  const now: { [key: string]: number | null } = { x: null, y: null };
  const lines: string[] = [];
  for (let i = 0; i < 200; i++) {
    const mops: Json = [
      ['r', 'x', now.x],
      ['r', 'y', now.y],
      ['r', 'x', now.x],
      ['w', i % 2 === 0 ? 'x' : 'y', i],
    ];
    now[i % 2 === 0 ? 'x' : 'y'] = i;
    lines.push(`${JSON.stringify({ process: i % 5, type: 'ok', f: 'txn', value: mops })}\n`);
  }
  expect(check(parseHistory(lines.join('')), { models: ['strict-serializable'] })).toMatchObject({
    valid: true,
    engine: 'serial-order',
  });
});
