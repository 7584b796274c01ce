import { expect, test } from 'vitest';
import { terminal } from '../../reports/terminal.ts';
import { checkAll } from '../../src/analysis/check.ts';
import { inXml, showName } from '../../src/analysis/evidence/printable.ts';
import { tellAnomaly } from '../../src/analysis/evidence/tell.ts';
import type { RunVerdict } from '../../src/analysis/run-verdict.ts';
import type { Anomaly, CheckRequest } from '../../src/analysis/verdict.ts';
import { verdictJson } from '../../src/cli/check-json.ts';
import { verdictText } from '../../src/cli/check-text.ts';
import type { Json } from '../../src/history/op.ts';
import { parseHistory } from '../../src/history/read/read.ts';

type Line = readonly [f: string, value: Json, more?: { readonly [field: string]: Json }];

/** Operations that succeeded one after the other, each by a process of its own unless it names one. */
function told(lines: readonly Line[], options: CheckRequest = {}) {
  const text = lines.map(([f, value, more], process) =>
    JSON.stringify({ process, type: 'ok', f, value, ...more }),
  );
  const verdicts = checkAll(parseHistory(text.join('\n')), options);
  const [first] = verdicts;
  return { first: first!, verdicts };
}

test.each<[check: string, lines: readonly Line[]]>([
  [
    'rw-register',
    [
      ['txn', [['w', 'x', 1]]],
      ['txn', [['w', 'x', 2]]],
      ['txn', [['r', 'x', 1]]],
    ],
  ],
  [
    'session',
    [
      ['write', 1, { process: 0 }],
      ['read', null, { process: 0 }],
    ],
  ],
  [
    'causal',
    [
      ['write', 1, { process: 0 }],
      ['read', null, { process: 0 }],
    ],
  ],
  [
    'set',
    [
      ['add', 1],
      ['read', []],
    ],
  ],
  [
    'set-full',
    [
      ['add', 1],
      ['read', [1]],
      ['read', []],
    ],
  ],
  [
    'total-queue',
    [
      ['enqueue', 1],
      ['drain', []],
    ],
  ],
  [
    'counter',
    [
      ['add', 1],
      ['read', 5],
    ],
  ],
  [
    'log',
    [
      ['send', [['send', 'k', [0, 7]]]],
      ['poll', [['poll', { k: [[0, 8]] }]]],
    ],
  ],
  [
    'list-append',
    [
      ['txn', [['append', 'x', 1]]],
      ['txn', [['r', 'x', [7]]]],
    ],
  ],
  [
    'register',
    [
      ['write', 1],
      ['read', 2],
    ],
  ],
])('%s lists the operations that a witness names, once each', (workload, lines) => {
  const { first } = told(lines, { workload });
  expect(first.anomalies.length).toBeGreaterThan(0);
  for (const anomaly of first.anomalies) {
    const text = verdictText('file', { ...first, anomalies: [anomaly] }, false);
    for (const { name } of anomaly.ops)
      expect(
        text.match(new RegExp(`^ +${name}: .*\\((record |records ).*, process \\d+, ok`, 'gm')),
        text,
      ).toHaveLength(1);
  }
});

const many = (count: number): Anomaly => ({
  type: 'lost',
  message: 'much is gone',
  ops: Array.from({ length: count }, (_, i) => ({
    name: `A${i + 1}`,
    invoked: 2 * i,
    returned: i === 0 ? null : 2 * i + 1,
    process: i,
    type: i === 0 ? 'info' : 'ok',
    f: 'add',
    value: i,
    node: 'n1',
    epoch: 3,
  })),
});

test('long values and long lists of operations are shortened', () => {
  const lines = tellAnomaly(many(40));
  expect(lines).toHaveLength(14);
  expect(lines[1]).toBe('  A1: add 0   (record 0, no end, process 0, unknown outcome, node n1, epoch 3)');
  expect(lines[7]).toBe('  … 28 more …');
  expect(lines[13]).toBe('  A40: add 39   (records 78–79, process 39, ok, node n1, epoch 3)');
  const [op] = many(1).ops;
  const withValue = (f: string, value: Json): string =>
    tellAnomaly({ ...many(1), ops: [{ ...op!, f, value }] })[1]!;
  expect(withValue('read', 'x'.repeat(1000)).length).toBeLessThan(250);
  expect(withValue('txn', [['r', 'x', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]])).toContain(
    'A1: r "x" [… 3 4 5 6 7 8 9 10]   (',
  );
  expect(withValue('read', null)).toContain('A1: read nil   (');
});

test('the end of a run lists them, too', () => {
  const verdict = {
    valid: false,
    reasons: ['it is broken'],
    system: { name: 'raft', options: {} },
    operations: {},
    availability: { okFraction: 1, longestOutage: null },
    recovery: { recovered: true, after: null },
    workloads: ['set'],
    faults: [],
    claims: [],
    findings: [many(1)],
  } as unknown as RunVerdict;
  expect(terminal(verdict, { colour: false, repeat: 'again' })).toContain(
    '          much is gone\n            A1: add 0   (record 0,',
  );
});

const EVIL = '\u001b[2J\u0007\u009b1A\u202e\n FORGED';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test('nothing in a history tells a terminal what to do; JSON has it as it is', () => {
  const node = { node: EVIL };
  const cases: [readonly Line[], CheckRequest][] = [
    [
      [
        ['txn', [['append', 'x', 1]], node],
        ['txn', [['r', 'x', [7]]], node],
      ],
      {},
    ],
    [
      [
        ['write', ['x', 1], { ...node, process: 0 }],
        ['read', ['x', null], { ...node, process: 0 }],
      ],
      { workload: 'session' },
    ],
    [
      [
        ['write', 1],
        ['read', 1, { ...node, final: true }],
        ['read', 2, { node: 'n2', final: true }],
      ],
      { workload: 'convergence' },
    ],
    [
      [
        ['add', 1],
        ['read', [], { ...node, final: true }],
        ['read', [1], { node: 'n2', final: true }],
      ],
      { workload: 'set' },
    ],
    [
      [
        ['write', 1],
        [EVIL, 5],
        ['read', 2],
      ],
      { workload: 'register' },
    ],
    [
      [
        ['write', 1, { workload: EVIL }],
        ['read', 2, { workload: EVIL }],
        [EVIL, 2, { workload: 'b' }],
      ],
      {},
    ],
  ];
  for (const [lines, options] of cases) {
    const { verdicts } = told(lines, options);
    expect(
      JSON.stringify(verdictJson(EVIL, verdicts)).includes(JSON.stringify(EVIL).slice(1, -1)),
      JSON.stringify(lines),
    ).toBe(true);
    for (const verdict of verdicts) {
      const text = verdictText(EVIL, verdict, false);
      expect(text).not.toMatch(OBEYED);
      expect(text).not.toMatch(/^ *FORGED/m);
      expect(text).toContain('\\u001b[2J\\u0007\\u009b1A\\u202e\\u000a FORGED');
    }
  }
});

test('what people write in their languages stays', () => {
  expect(showName('Ωμέγα 試験 😀 – “ok”')).toBe('Ωμέγα 試験 😀 – “ok”');
  expect(inXml('a\u0000\u001b\ud800b\ufffe\t\n😀')).toBe('a\ufffd\ufffd\ufffdb\ufffd\t\n😀');
});
