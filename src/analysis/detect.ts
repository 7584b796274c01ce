import { APPEND, type History, OK, R, Shape, W } from '../history/history.ts';
import { NIL } from '../history/values.ts';
import { type Exact, numberOf } from './integers.ts';
import { ADDS } from './sets/observations.ts';

/** Rows looked at: kinds of workloads differ in every few operations. */
const SAMPLE = 20_000;

/** Locks of readers and writers: `read-acquire`, `unlock-write`, … */
const SHARED_LOCK =
  /^((read|write)-(acquire|release|lock|unlock)|(acquire|release|lock|unlock)-(read|write))$/;

const REGISTER = ['write', 'put', 'set', 'cas', 'compare-and-set'];
const LIST = ['append'];
const NUMBER_OR_SET = ['inc', 'increment', 'incr', 'dec', 'decrement', 'decr', ...ADDS, 'remove'];

/** What a kind of workload is recognised by. */
interface Traits {
  readonly fs: ReadonlySet<string>;
  readonly appends: boolean;
  readonly writes: boolean;
  readonly txns: boolean;
  readonly listReads: boolean;
  readonly listWrites: boolean;
  readonly mapReads: boolean;
  /** Reads that returned a number, alone or with a key; two elements beside adds of one are a set. */
  readonly scalarReads: boolean;
  /** Something was added after something was read. */
  readonly readsBetween: boolean;
}

/**
 * Which kind of workload a history is, by the names of its functions and the shapes of their values: the name of a
 * check, most likely first. Empty when nothing fits. O(1): looks at the first 20,000 rows.
 */
export function detect(history: History): readonly string[] {
  const t = traits(history);
  const has = (...names: readonly string[]): boolean => names.some((name) => t.fs.has(name));
  if (t.txns) {
    if (t.appends) return ['list-append'];
    return t.writes || !t.listReads ? ['rw-register'] : ['list-append'];
  }
  if (has('send', 'poll') || (has('txn') && sends(history))) return ['log'];
  if (has('drain')) return ['total-queue', 'queue'];
  if (has('enqueue', 'dequeue')) return ['queue'];
  if (has('push', 'pop')) return ['stack'];
  if (has('renew', 'grant', 'revoke')) return ['lease'];
  if ([...t.fs].some((f) => SHARED_LOCK.test(f))) return ['mutex'];
  if (has('acquire', 'release', 'lock', 'unlock')) return [granted(history)];
  if (has('transfer')) return ['bank'];
  if (has('generate')) return ['unique-ids'];
  // What changes objects of several kinds, which the same reads show, is none of them alone.
  const changes = [REGISTER, LIST, NUMBER_OR_SET].filter((names) => has(...names));
  if (changes.length > 1) return [];
  if (has('inc', 'increment', 'incr', 'dec', 'decrement', 'decr')) return ['counter'];
  if (has('contains', 'remove')) return ['linearizable-set'];
  if (has('add') && t.scalarReads && !t.listReads) return ['counter'];
  if (has(...ADDS)) return t.readsBetween ? ['set-full', 'set'] : ['set', 'set-full'];
  if (has('cas', 'compare-and-set')) return ['cas-register', 'register'];
  if (has('append')) return ['append-list', 'list'];
  // Reads of all that was written, one by one, are of no register.
  if (has(...REGISTER)) return t.listReads && !t.listWrites ? [] : ['register'];
  if (has('read', 'get')) {
    if (t.mapReads) return ['bank'];
    return t.listReads ? ['set'] : ['register'];
  }
  return [];
}

/**
 * What acquires return: nothing, a fencing token, or a lease. Tokens are numbers and nearly all different; the number of a
 * lock comes again and again.
 */
function granted(history: History): 'mutex' | 'fenced-lock' | 'lease' {
  const { shape, f, fs, outcome, x0, x1 } = history;
  const tokens = new Set<Exact>();
  let acquired = 0;
  for (let row = 0; row < Math.min(history.n, SAMPLE); row++) {
    const name = fs[f[row]!];
    if (outcome[row] !== OK || (name !== 'acquire' && name !== 'lock')) continue;
    acquired++;
    // Nobody locks a lease.
    if (shape[row] === Shape.Other && name === 'acquire') return 'lease';
    const id = shape[row] === Shape.Pair ? x1[row]! : shape[row] === Shape.Scalar ? x0[row]! : NIL;
    const token = numberOf(history, id);
    if (token !== undefined) tokens.add(token);
  }
  return tokens.size > 1 && 2 * tokens.size > acquired ? 'fenced-lock' : 'mutex';
}

function traits(history: History): Traits {
  const { shape, f, fs, outcome, x0, x1, mopF } = history;
  const rows = Math.min(history.n, SAMPLE);
  const names = new Set<string>();
  const kinds = new Set<number>();
  const reads = new Set<number>();
  const adds = new Set<number>();
  const writes = new Set<number>();
  let txns = false;
  let read = false;
  let readsBetween = false;
  for (let row = 0; row < rows; row++) {
    const name = fs[f[row]!]!;
    names.add(name);
    if (shape[row] === Shape.Txn) {
      txns = true;
      for (let i = x0[row]!; i < x0[row]! + x1[row]!; i++) {
        kinds.add(mopF[i]!);
        if (mopF[i] === R && history.mopVal[i]! < -2) reads.add(Shape.List);
      }
      // That settles it: no need to look on.
      if (kinds.has(APPEND)) break;
    } else if (outcome[row] === OK && /read|get/.test(name)) {
      // Nil is read of an empty set, too.
      if (shape[row] !== Shape.Scalar || x0[row] !== NIL) reads.add(shape[row]!);
      read = true;
    } else if (REGISTER.includes(name)) writes.add(shape[row]!);
    else if (ADDS.includes(name)) {
      adds.add(shape[row]!);
      if (read) readsBetween = true;
    }
  }
  const some = (...shapes: readonly number[]): boolean => shapes.some((s) => reads.has(s));
  const lists = [Shape.List, Shape.KeyedList, Shape.PairOfPair];
  return {
    fs: names,
    txns,
    readsBetween,
    appends: kinds.has(APPEND),
    writes: kinds.has(W),
    listReads: some(...lists),
    listWrites: lists.some((s) => writes.has(s)),
    mapReads: some(Shape.Other),
    scalarReads: some(Shape.Scalar) || (some(Shape.Pair) && (adds.size === 0 || adds.has(Shape.Pair))),
  };
}

/** Whether transactions send or poll: such a list has no shape of its own. */
function sends({ n, shape, fs, f, values, x0 }: History): boolean {
  const txn = fs.indexOf('txn');
  for (let row = 0; row < Math.min(n, SAMPLE); row++)
    if (f[row] === txn && shape[row] === Shape.Other) return /^\[\["(send|poll)"/.test(values.show(x0[row]));
  return false;
}
