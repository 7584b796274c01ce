import { writeQueue, writeSet } from './collections.ts';
import type { Output } from './output.ts';
import { type RegisterOptions, writeRegisters } from './registers.ts';
import { writeRing } from './ring.ts';
import { type TransactionOptions, writeTransactions } from './transactions.ts';

/** One line of the table. */
export interface Case {
  readonly name: string;
  /** Seconds; absent where the figure only stands beside another. */
  readonly aim?: number;
  /**
   * `read`: of reading alone, of whatever check. `process`: the wall time of a whole `ordeal check`. `check`: of the check alone, in a process of its own, reading
   * excluded. `feed`: as `check`, with the input fed to the reader as it is made, because as a file it would be too large.
   */
  readonly measure: 'read' | 'process' | 'check' | 'feed';
  readonly format: 'jsonl' | 'edn';
  /** Cases with one input share its file. */
  readonly input: string;
  readonly write: (out: Output) => void;
  readonly check: string;
  readonly models?: readonly string[];
  /** What the verdict has to be; a case that gets another is a failure of the bench. */
  readonly valid: boolean;
  /** An anomaly that has to be named. */
  readonly anomaly?: string;
  /** Left out of a quick run. */
  readonly slow?: boolean;
}

const transactions = (
  kind: TransactionOptions['kind'],
  count: number,
  more: Partial<TransactionOptions> = {},
): ((out: Output) => void) => {
  const options = { kind, transactions: count, mops: 4, writesPerKey: 32, processes: 20, seed: 1, ...more };
  return (out) => writeTransactions(out, options);
};

const registers = (options: Partial<RegisterOptions>): ((out: Output) => void) => {
  const standard = {
    operations: 10_000,
    processes: 10,
    busy: 'dense',
    unknown: 0,
    seed: 1,
    keys: 1,
    values: 5,
  } as const;
  return (out) => writeRegisters(out, { ...standard, cas: false, stale: false, ...options });
};

function size(n: number): string {
  if (n >= 1_000_000) return `${n / 1_000_000} M`;
  return n >= 1000 ? `${n / 1000} k` : `${n}`;
}

const listAppend: Case[] = [10_000, 100_000, 1_000_000].flatMap((n): Case[] =>
  (['jsonl', 'edn'] as const).map((format) => ({
    name: `list-append ${size(n)} × 4, ${format}`,
    ...(n === 1_000_000 ? { aim: format === 'edn' ? 2.5 : 1.6 } : {}),
    measure: 'process',
    format,
    input: `list-append-${n}.${format}`,
    write: transactions('list-append', n),
    check: 'list-append',
    models: ['strict-serializable'],
    valid: true,
    slow: n === 1_000_000,
  })),
);

const reading: Case[] = [
  ...(['jsonl', 'edn'] as const).map(
    (format): Case => ({
      name: `reading list-append 1 M × 4, ${format}`,
      aim: format === 'edn' ? 1.9 : 1,
      measure: 'read',
      format,
      input: `list-append-1000000.${format}`,
      write: transactions('list-append', 1_000_000),
      check: 'list-append',
      valid: true,
      slow: true,
    }),
  ),
  {
    name: 'reading 1 M register operations, jsonl',
    measure: 'read',
    format: 'jsonl',
    input: 'many-keys.jsonl',
    write: registers({ operations: 1_000_000, processes: 20, keys: 10_000, values: 5 }),
    check: 'register',
    valid: true,
    slow: true,
  },
];

const wide: Case = {
  name: 'list-append 1 M × 4, 256 writes a key, jsonl',
  measure: 'process',
  format: 'jsonl',
  input: 'list-append-wide.jsonl',
  write: transactions('list-append', 1_000_000, { writesPerKey: 256 }),
  check: 'list-append',
  models: ['strict-serializable'],
  valid: true,
  slow: true,
};

const rwRegister: Case[] = [
  ...[10_000, 100_000, 1_000_000].map(
    (n): Case => ({
      name: `rw-register ${size(n)} × 4`,
      ...(n === 1_000_000 ? { aim: 3 } : {}),
      measure: 'process',
      format: 'jsonl',
      input: `rw-register-${n}.jsonl`,
      write: transactions('rw-register', n),
      check: 'rw-register',
      valid: true,
      slow: n === 1_000_000,
    }),
  ),
  {
    name: 'rw-register 100 k, strict-serializable',
    aim: 2,
    measure: 'process',
    format: 'jsonl',
    input: 'rw-register-100000.jsonl',
    write: transactions('rw-register', 100_000),
    check: 'rw-register',
    models: ['strict-serializable'],
    valid: true,
  },
  {
    name: 'rw-register 100 k read-modify-write, serializable',
    aim: 2,
    measure: 'process',
    format: 'jsonl',
    input: 'rw-register-rmw.jsonl',
    write: transactions('rw-register', 100_000, { readModifyWrite: true }),
    check: 'rw-register',
    models: ['serializable'],
    valid: true,
  },
  ...(['read-committed', 'read-atomic', 'causal'] as const).flatMap((model) =>
    [10_000, 100_000, 1_000_000].map((n): Case => {
      const causal = model === 'causal';
      return {
        name: `rw-register ${size(n)}, ${model}${causal ? ', 50 sessions' : ''}, check alone`,
        ...(n === 1_000_000 ? { aim: causal ? 2 : 1, slow: true } : {}),
        measure: 'check',
        format: 'jsonl',
        input: causal ? `rw-register-50-${n}.jsonl` : `rw-register-${n}.jsonl`,
        write: transactions('rw-register', n, causal ? { processes: 50 } : {}),
        check: causal ? 'causal' : 'rw-register',
        models: [model],
        valid: true,
      };
    }),
  ),
];

const unique: Case[] = [10_000, 100_000, 1_000_000].map((n) => ({
  name: `cas-register ${size(n)}, unique values, 100 clients, check alone`,
  ...(n === 1_000_000 ? { aim: 0.5 } : {}),
  measure: 'check',
  format: 'jsonl',
  input: `cas-unique-${n}.jsonl`,
  write: registers({ operations: n, processes: 100, values: 0, cas: true }),
  check: 'cas-register',
  valid: true,
  slow: n === 1_000_000,
}));

const manyKeys: Case = {
  name: '10 k keys × 100 register operations',
  aim: 1,
  measure: 'process',
  format: 'jsonl',
  input: 'many-keys.jsonl',
  write: registers({ operations: 1_000_000, processes: 20, keys: 10_000, values: 5 }),
  check: 'register',
  valid: true,
};

const collections: Case[] = [
  ...[10_000, 100_000, 1_000_000].map(
    (n): Case => ({
      name: `queue ${size(n)}, check alone`,
      ...(n === 1_000_000 ? { aim: 0.5 } : {}),
      measure: 'check',
      format: 'jsonl',
      input: `queue-${n}.jsonl`,
      write: (out) => writeQueue(out, { operations: n, processes: 20, seed: 1 }),
      check: 'queue',
      valid: true,
      slow: n === 1_000_000,
    }),
  ),
  ...[1, 10, 100].map(
    (k): Case => ({
      name: `set-full ${k} k elements × ${size(100 * k)} reads, check alone`,
      ...(k === 100 ? { aim: 0.5, slow: true } : {}),
      measure: 'feed',
      format: 'jsonl',
      input: `set-${k}.jsonl`,
      write: (out) => writeSet(out, { elements: 1000 * k, reads: 100 * k, processes: 20, seed: 1 }),
      check: 'set-full',
      valid: true,
    }),
  ),
];

const ring: Case = {
  name: 'G-single ring of 1,000 among 30 k decoys',
  aim: 2,
  measure: 'process',
  format: 'jsonl',
  input: 'ring.jsonl',
  write: (out) => writeRing(out, { ring: 1000, decoys: 15_000, seed: 1 }),
  check: 'list-append',
  models: ['snapshot-isolation'],
  valid: false,
  anomaly: 'G-single-item',
};

/** One register, the 72 cells on which Porcupine is measured, and beyond. */
function registerCell(
  operations: number,
  processes: number,
  busy: 'dense' | 'sparse',
  values: number,
  more: { stale?: boolean; unknown?: number; cas?: boolean },
  aim: number,
): Case {
  const { stale = false, unknown = 0, cas = false } = more;
  const marks = [cas ? 'cas' : '', unknown > 0 ? '1 % unknown' : '', stale ? 'stale read' : ''].filter(
    (m) => m !== '',
  );
  const described = [busy, values === 0 ? 'unique' : `${values} values`, ...marks].join(', ');
  return {
    name: `register ${size(operations)}, ${processes} clients, ${described}`,
    aim,
    measure: 'check',
    format: 'jsonl',
    input: `register-${operations}-${processes}-${busy}-${values}-${marks.join('-').replaceAll(' ', '')}.jsonl`,
    write: registers({ operations, processes, busy, values, stale, unknown, cas }),
    check: cas ? 'cas-register' : 'register',
    valid: !stale,
    slow: operations > 10_000,
  };
}

const cells: Case[] = [];
for (const operations of [1000, 10_000, 100_000])
  for (const busy of ['sparse', 'dense'] as const)
    for (const stale of [false, true])
      for (const values of [5, 0])
        for (const processes of [10, 30, 100])
          cells.push(
            registerCell(operations, processes, busy, values, { stale }, operations > 10_000 ? 2.5 : 0.5),
          );

const beyond: Case[] = [];
for (const processes of [10, 30, 100]) {
  for (const values of [2, 5, 10, 20, 50])
    beyond.push(registerCell(10_000, processes, 'dense', values, { unknown: 0.01 }, values === 5 ? 0.5 : 2));
  if (processes < 100)
    beyond.push(registerCell(10_000, processes, 'dense', 5, { cas: true, unknown: 0.01 }, 2.5));
}

export const cases: readonly Case[] = [
  ...reading,
  ...listAppend,
  wide,
  ...rwRegister,
  ...unique,
  manyKeys,
  ...collections,
  ring,
  ...cells,
  ...beyond,
];
