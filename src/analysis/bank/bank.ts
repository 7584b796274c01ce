import { FAIL, type History, OK, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { type Exact, exactly, plus, toJson } from '../integers.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

export interface BankOptions extends CheckOptions {
  /** What all balances sum to. Inferred from the first ok read that shows all accounts when absent. */
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
 * The total is what the first ok read sums to that shows every account: those that are given, or those of the first ok read
 * and of transfers that may have happened. Where none does, totals are `unknown`. Integers of any size are summed up
 * exactly; fractions beside integers beyond 2^53 are not, so their total is `unknown`, too.
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
  const first = reads.find((read) => read !== null);
  const needed =
    options.accounts === undefined ? namedAccounts(history, first ?? [], true) : namesOf(options.accounts);
  const whole = reads.find(
    (read) => read?.every(([, b]) => isNumber(b)) && lacking(read, needed).length === 0,
  );
  const total = options.total === undefined ? sumOf(whole) : givenTotal(options.total);
  if (options.total === undefined && total !== undefined)
    assumptions.push(
      `the total is ${total}, the sum of the first ok read${whole === first ? '' : ' that shows all balances'}`,
    );
  // An account without a balance is an account all the same.
  const accounts =
    options.accounts === undefined
      ? namedAccounts(history, [...(first ?? []), ...(whole ?? [])], false)
      : namesOf(options.accounts);
  if (options.accounts === undefined && rows.length > 0)
    assumptions.push(
      `the accounts are those of the first ok read${whole === undefined || whole === first ? '' : ', of the first that shows all balances,'} and of transfers`,
    );
  let odd = 0;
  let inexact = -1;
  const rules = { total, accounts, needed, allowNegative: options.allowNegative === true };
  rows.forEach((row, i) => {
    const read = reads[i];
    if (read === null) odd++;
    else if (!judgeRead(history, row, read, rules, tally)) inexact = row;
  });
  const unknownTotal = (): string | undefined => {
    if (total !== undefined) return undefined;
    if (options.total !== undefined)
      return `the total given, ${options.total}, is beyond 2^53 and may have lost digits: without one, that of a read is taken`;
    if (whole !== undefined) return tooLarge(history, rows[reads.indexOf(whole)]);
    return `no read shows the balance of every account (${[...needed].slice(0, 8).join(', ')}): what they sum to is not known`;
  };
  const reason =
    rows.length === odd
      ? 'no read of the balances succeeded: there is nothing to judge'
      : (unknownTotal() ?? (inexact < 0 ? undefined : tooLarge(history, inexact)));
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
    stats: { reads: rows.length - odd, total: toJson(total ?? 0), accounts: accounts.size },
  });
}

interface Rules {
  /** Undefined where it is not known. */
  readonly total: Exact | undefined;
  readonly accounts: ReadonlySet<string>;
  /** Those that a read must show. */
  readonly needed: ReadonlySet<string>;
  readonly allowNegative: boolean;
}

/** False when the balances could not be summed up exactly. */
function judgeRead(history: History, row: number, read: Balances, rules: Rules, tally: Tally): boolean {
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
    return true;
  }
  const { total } = rules;
  const seen = sum(read);
  if (total !== undefined && seen !== undefined && seen !== total)
    tally.found('wrong-total', () => ({
      message: `R shows balances that sum to ${seen}, not ${total}: ${off(seen, total)}${without(read, rules)}.`,
      ops: ops(),
      detail: { total: toJson(seen), expected: toJson(total) },
    }));
  const overdrawn = read.filter(([, balance]) => exactly(balance)! < 0);
  if (overdrawn.length > 0 && !rules.allowNegative)
    tally.found('negative-balance', () => ({
      message: `R shows account ${overdrawn.map(([account, balance]) => `${account} with ${balance}`).join(', ')}: it was overdrawn.`,
      ops: ops(),
    }));
  return seen !== undefined;
}

function off(seen: Exact, total: Exact): string {
  return seen < total ? `${plus(total, -seen)} vanished` : `${plus(seen, -total)} came from nowhere`;
}

function without(read: Balances, { needed }: Rules): string {
  const names = lacking(read, needed);
  return names.length === 0 ? '' : `; it does not show ${names.slice(0, 8).join(', ')}`;
}

function lacking(read: Balances, accounts: ReadonlySet<string>): string[] {
  const shown = new Set(read.map(([account]) => account));
  return [...accounts].filter((account) => !shown.has(account));
}

function tooLarge(history: History, row: number): string {
  return `the balances of the read at record ${history.ret[row]} are too large for exact sums with fractions`;
}

/** A larger one has been a double, whose last digits are anyone's guess. */
const givenTotal = (total: number): Exact | undefined =>
  typeof exactly(total) === 'bigint' ? undefined : total;

const isNumber = (value: Json): boolean => exactly(value) !== undefined;

const sumOf = (read: Balances | null | undefined): Exact | undefined =>
  read === null || read === undefined ? undefined : sum(read);

/** Undefined where fractions meet integers beyond 2^53. */
const sum = (read: Balances): Exact | undefined =>
  read.reduce<Exact | undefined>(
    (all, [, balance]) => (all === undefined ? all : plus(all, exactly(balance) ?? 0)),
    0,
  );

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

/** @param possible only of transfers that may have happened, not of those that failed */
function namedAccounts(history: History, read: Balances, possible: boolean): Set<string> {
  const accounts = new Set(read.map(([account]) => account));
  for (let row = 0; row < history.n; row++) {
    if (history.fs[history.f[row]] !== 'transfer' || (possible && history.outcome[row] === FAIL)) continue;
    const value = history.value(row);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
    const { from, to } = value as { readonly from?: Json; readonly to?: Json };
    for (const account of [from, to]) if (account !== undefined) accounts.add(nameOf(account));
  }
  return accounts;
}
