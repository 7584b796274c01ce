import { type History, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

export interface BankOptions extends CheckOptions {
  /** What all balances sum to. Inferred from the first ok read that shows all of them when absent. */
  readonly total?: number;
  /** The accounts there are. Any account that a transfer or the first ok read names, when absent. */
  readonly accounts?: readonly Json[];
  /** Whether balances may be negative. Default false. */
  readonly allowNegative?: boolean;
}

const OPTIONS: OwnOptionsOf<BankOptions> = {
  total: {
    kind: 'number',
    description: 'what all balances sum to; not given, what the first ok read that shows all of them sums to',
  },
  accounts: {
    kind: 'list',
    description: 'the accounts there are; not given, those of transfers and of the first ok read',
  },
  allowNegative: { kind: 'boolean', default: false, description: 'balances may be negative' },
};

const SNAPSHOT = ['wrong-total'];
const FORBIDS: Forbids = {
  'bank-invariants': [...SNAPSHOT, 'negative-balance', 'unexpected-account', 'nil-balance'],
  'snapshot-isolation': SNAPSHOT,
  'repeatable-read': SNAPSHOT,
};

/**
 * Transfers between accounts, and reads of all balances at once, as a map from account to balance or a list of pairs.
 *
 * `bank-invariants`: every ok read sums to the total (`wrong-total`), overdraws no account (`negative-balance`, unless
 * allowed), shows no account that there is not (`unexpected-account`) and none without a balance (`nil-balance`). A wrong
 * total is a read skew or a lost update, so it also rules out snapshot isolation and repeatable read, provided that reads
 * and transfers were transactions; right totals do not prove them, so they are judged on demand and then `unknown`.
 *
 * Preconditions: nothing but transfers changes balances. The accounts are read whole. O(n · accounts).
 */
export const bank: Check = {
  name: 'bank',
  summary: 'transfers between accounts: every read of all balances sums to the same total',
  functions: ['transfer', 'read'],
  models: Object.keys(FORBIDS),
  options: OPTIONS,
  judge: (history, options: BankOptions = {}) => judge(history, options),
};

type Balances = readonly (readonly [account: string, balance: Json])[];

function judge(history: History, options: BankOptions): Verdict {
  const tally = new Tally(options);
  const assumptions: string[] = [];
  const rows = okReads(history);
  const reads = rows.map((row) => balances(history, row));
  const whole = reads.find((read) => read?.every(([, balance]) => isNumber(balance)));
  const total = options.total ?? sum(whole ?? []);
  const first = reads.find((read) => read !== null);
  if (options.total === undefined && whole !== undefined)
    assumptions.push(
      `the total is ${total}, the sum of the first ok read${whole === first ? '' : ' that shows all balances'}`,
    );
  // An account without a balance is an account all the same.
  const accounts =
    options.accounts === undefined
      ? namedAccounts(history, [...(first ?? []), ...(whole ?? [])])
      : namesOf(options.accounts);
  if (options.accounts === undefined && rows.length > 0)
    assumptions.push(
      `the accounts are those of the first ok read${whole === undefined || whole === first ? '' : ', of the first that shows all balances,'} and of transfers`,
    );
  let odd = 0;
  rows.forEach((row, i) => {
    const read = reads[i];
    if (read === null) odd++;
    else
      judgeRead(
        history,
        row,
        read,
        { total, accounts, allowNegative: options.allowNegative === true },
        tally,
      );
  });
  const reason =
    rows.length === odd ? 'no read of the balances succeeded: there is nothing to judge' : undefined;
  const partly = 'right totals alone do not prove it';
  return tally.verdict({
    check: 'bank',
    engine: 'totals',
    forbids: FORBIDS,
    options,
    open: {
      'snapshot-isolation': partly,
      'repeatable-read': partly,
      ...openAll(Object.keys(FORBIDS), reason),
    },
    assumptions,
    warnings: odd === 0 ? [] : [`${odd} reads returned no map of balances and were left out`],
    stats: { reads: rows.length - odd, total, accounts: accounts.size },
  });
}

interface Rules {
  readonly total: number;
  readonly accounts: ReadonlySet<string>;
  readonly allowNegative: boolean;
}

function judgeRead(history: History, row: number, read: Balances, rules: Rules, tally: Tally): void {
  const ops = () => [witnessOp(history, row, 'R')];
  const strange = read.filter(([account]) => !rules.accounts.has(account));
  const missing = read.filter(([, balance]) => !isNumber(balance));
  const names = (some: Balances): string => some.map(([account]) => account).join(', ');
  if (strange.length > 0)
    tally.found('unexpected-account', () => ({
      message: `R shows account ${names(strange)}, which there is not.`,
      ops: ops(),
    }));
  if (missing.length > 0) {
    tally.found('nil-balance', () => ({
      message: `R shows account ${names(missing)} without a balance.`,
      ops: ops(),
    }));
    return;
  }
  const seen = sum(read);
  if (seen !== rules.total)
    tally.found('wrong-total', () => ({
      message: `R shows balances that sum to ${seen}, not ${rules.total}: ${
        seen < rules.total ? `${rules.total - seen} vanished` : `${seen - rules.total} came from nowhere`
      }.`,
      ops: ops(),
      detail: { total: seen, expected: rules.total },
    }));
  const overdrawn = read.filter(([, balance]) => (balance as number) < 0);
  if (overdrawn.length > 0 && !rules.allowNegative)
    tally.found('negative-balance', () => ({
      message: `R shows account ${overdrawn.map(([account, balance]) => `${account} with ${balance}`).join(', ')}: it was overdrawn.`,
      ops: ops(),
    }));
}

const isNumber = (value: Json): value is number => typeof value === 'number';
const sum = (read: Balances): number =>
  read.reduce((all, [, balance]) => all + (isNumber(balance) ? balance : 0), 0);

/** Keys of maps are text, whatever the account was: accounts are compared as text. */
const nameOf = (account: Json): string => (typeof account === 'string' ? account : canonical(account));
const namesOf = (accounts: readonly Json[]): Set<string> => new Set(accounts.map(nameOf));

function okReads(history: History): number[] {
  const rows: number[] = [];
  for (let row = 0; row < history.n; row++)
    if (history.outcome[row] === OK && history.fs[history.f[row]] === 'read') rows.push(row);
  return rows.sort((a, b) => history.ret[a] - history.ret[b]);
}

/** Null if the row holds no balances. */
function balances(history: History, row: number): Balances | null {
  if (history.shape[row] !== Shape.Other) return null;
  const value = history.value(row);
  if (Array.isArray(value))
    return (value as readonly Json[]).every((pair) => Array.isArray(pair) && pair.length === 2)
      ? (value as readonly (readonly [Json, Json])[]).map(([account, balance]) => [nameOf(account), balance])
      : null;
  return value !== null && typeof value === 'object' ? Object.entries(value) : null;
}

function namedAccounts(history: History, read: Balances): Set<string> {
  const accounts = new Set(read.map(([account]) => account));
  for (let row = 0; row < history.n; row++) {
    if (history.fs[history.f[row]] !== 'transfer') continue;
    const value = history.value(row);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    const { from, to } = value as { readonly from?: Json; readonly to?: Json };
    for (const account of [from, to]) if (account !== undefined) accounts.add(nameOf(account));
  }
  return accounts;
}
