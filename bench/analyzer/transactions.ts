import { LiveKeys } from './keys.ts';
import type { Output } from './output.ts';
import { Random } from './random.ts';

export interface TransactionOptions {
  readonly kind: 'list-append' | 'rw-register';
  readonly transactions: number;
  readonly mops: number;
  readonly writesPerKey: number;
  readonly processes: number;
  readonly seed: number;
  /** rw-register: each write follows a read of its key in the same transaction. */
  readonly readModifyWrite?: boolean;
}

interface Mop {
  readonly key: number;
  /** 0 for a read. */
  readonly value: number;
}

/** A history of a serial store: each transaction takes effect at one moment between its invocation and its completion. */
export function writeTransactions(out: Output, options: TransactionOptions): void {
  const random = new Random(options.seed);
  const keys = new LiveKeys(random, options.writesPerKey);
  const syntax = out.edn ? EDN : JSON_SYNTAX;
  const list = options.kind === 'list-append';
  const state = new Map<number, string>();
  const open: (Mop[] | null)[] = Array.from({ length: options.processes }, () => null);
  const answers: (string | null)[] = open.map(() => null);
  let invoked = 0;
  let pending = 0;
  while (invoked < options.transactions || pending > 0) {
    const process = random.below(options.processes);
    const mops = open[process];
    if (mops === null || mops === undefined) {
      if (invoked === options.transactions) continue;
      const next = transaction(random, keys, options);
      open[process] = next;
      out.record(
        process,
        'invoke',
        'txn',
        next.length === 0 ? '[]' : syntax.txn(next.map((m) => invocation(syntax, m, list))),
      );
      invoked++;
      pending++;
    } else if (answers[process] === null) {
      answers[process] = syntax.txn(mops.map((m) => apply(syntax, m, list, state)));
    } else {
      out.record(process, 'ok', 'txn', answers[process]!);
      open[process] = null;
      answers[process] = null;
      pending--;
    }
  }
  out.close();
}

function transaction(random: Random, keys: LiveKeys, options: TransactionOptions): Mop[] {
  const mops: Mop[] = [];
  while (mops.length < options.mops) {
    if (options.readModifyWrite === true) {
      const write = keys.toWrite();
      if (mops.some((m) => m.key === write.key)) continue;
      mops.push({ key: write.key, value: 0 }, write);
    } else if (random.chance(0.5)) mops.push({ key: keys.toRead(), value: 0 });
    else mops.push(keys.toWrite());
  }
  return mops;
}

interface Syntax {
  txn(mops: string[]): string;
  mop(f: string, key: number, value: string): string;
  readonly nil: string;
  readonly separator: string;
}

const JSON_SYNTAX: Syntax = {
  txn: (mops) => `[${mops.join(',')}]`,
  mop: (f, key, value) => `["${f}",${key},${value}]`,
  nil: 'null',
  separator: ',',
};

const EDN: Syntax = {
  txn: (mops) => `[${mops.join(' ')}]`,
  mop: (f, key, value) => `[:${f} ${key} ${value}]`,
  nil: 'nil',
  separator: ' ',
};

function invocation(syntax: Syntax, { key, value }: Mop, list: boolean): string {
  return value === 0
    ? syntax.mop('r', key, syntax.nil)
    : syntax.mop(list ? 'append' : 'w', key, String(value));
}

function apply(syntax: Syntax, mop: Mop, list: boolean, state: Map<number, string>): string {
  const { key, value } = mop;
  const now = state.get(key);
  if (value === 0) return syntax.mop('r', key, now === undefined ? syntax.nil : list ? `[${now}]` : now);
  state.set(key, list && now !== undefined ? `${now}${syntax.separator}${value}` : String(value));
  return invocation(syntax, mop, list);
}
