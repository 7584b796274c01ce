import { type History, NEVER, OK, Shape } from '../../history/history.ts';
import { type Exact, numberOf } from '../integers.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Anomaly, Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

const TOKENS = ['duplicate-token', 'fencing-token-regression'];
const FORBIDS: Forbids = {
  'mutual-exclusion': [...TOKENS, 'overlapping-holds'],
  'fencing-tokens': TOKENS,
};

const ACQUIRE: readonly string[] = ['acquire', 'lock'];
const RELEASE: readonly string[] = ['release', 'unlock'];

/** One lock held by one process, from the return of its acquire to the invocation of its release. */
interface Hold {
  readonly row: number;
  readonly from: number;
  /** NEVER while it is not released. */
  to: number;
}

/**
 * Locks whose acquire returns a fencing token, a number of any size: `acquire` ok with `token` or `[lock, token]`, `release`. Processes
 * own what they acquire.
 *
 * `fencing-tokens` (default): no token is given twice (`duplicate-token`), and whoever acquires after another had acquired
 * gets a larger one (`fencing-token-regression`): so a store that remembers the largest token can refuse whoever holds an
 * older one. `mutual-exclusion`: nobody acquires what another holds for certain (`overlapping-holds`), from the return of
 * its acquire to the invocation of its release; never released means held for good, so judge it only where locks do not
 * expire. Acquires of unknown outcome may have been in vain; a release of unknown outcome ends the hold.
 *
 * O(n log n). Source for the tokens: Kleppmann, "How to do distributed locking" (2016).
 */
export const fencedLock: Check = {
  name: 'fenced-lock',
  summary: 'locks with fencing tokens: tokens given twice or going back, holds that overlap',
  functions: [...ACQUIRE, ...RELEASE],
  models: Object.keys(FORBIDS),
  judge: (history, options = {}) => judge(history, options),
};

function judge(history: History, options: CheckOptions): Verdict {
  const tally = new Tally(options);
  const locks = new Map<number, Hold[]>();
  const open = new Map<string, Hold>();
  let odd = 0;
  let acquired = 0;
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]];
    const pair = history.shape[row] === Shape.Pair;
    const lock = pair ? history.x0[row] : -1;
    const who = `${lock} ${history.process[row]}`;
    if (ACQUIRE.includes(f) && history.outcome[row] === OK) {
      acquired++;
      if (tokenOf(history, row) === undefined) odd++;
      const hold: Hold = { row, from: history.ret[row], to: NEVER };
      const all = locks.get(lock);
      if (all === undefined) locks.set(lock, [hold]);
      else all.push(hold);
      open.set(who, hold);
    } else if (RELEASE.includes(f) && history.outcome[row] !== 1) {
      // A release names its lock alone or with the token; one that names neither is of the one lock there is.
      for (const key of [who, `${history.x0[row]} ${history.process[row]}`, `-1 ${history.process[row]}`]) {
        const hold = open.get(key);
        if (hold === undefined) continue;
        hold.to = history.inv[row];
        open.delete(key);
        break;
      }
    }
  }
  for (const holds of locks.values()) {
    tokens(history, holds, tally);
    overlaps(history, holds, tally);
  }
  const nothing = acquired === 0 ? 'nobody acquired a lock: there is nothing to judge' : undefined;
  const untold = odd > 0 ? `${odd} acquires returned no number for a token` : undefined;
  return tally.verdict({
    check: 'fenced-lock',
    engine: 'tokens',
    forbids: FORBIDS,
    options,
    judged: ['fencing-tokens'],
    open: openAll(Object.keys(FORBIDS), nothing ?? untold),
    stats: { locks: locks.size, acquired },
  });
}

function tokenOf(history: History, row: number): Exact | undefined {
  const { shape, x0, x1 } = history;
  if (shape[row] === Shape.Pair) return numberOf(history, x1[row]);
  return shape[row] === Shape.Scalar ? numberOf(history, x0[row]) : undefined;
}

/** Tokens of one lock, whose holds come in order of invocation. */
function tokens(history: History, all: readonly Hold[], tally: Tally): void {
  const token = new Map<number, Exact>();
  for (const { row } of all) {
    const given = tokenOf(history, row);
    if (given !== undefined) token.set(row, given);
  }
  const holds = all.filter(({ row }) => token.has(row));
  const owner = new Map<Exact, number>();
  const byRet = [...holds].sort((a, b) => a.from - b.from);
  let highest = -1;
  let next = 0;
  for (const { row } of holds) {
    const own = token.get(row)!;
    const other = owner.get(own);
    if (other === undefined) owner.set(own, row);
    else
      tally.found('duplicate-token', () => ({
        message: `A1 and A2 both got token ${own}: a store cannot tell their writes apart.`,
        ops: [witnessOp(history, other, 'A1'), witnessOp(history, row, 'A2')],
        ...lockOf(history, row),
      }));
    for (; next < byRet.length && byRet[next].from < history.inv[row]; next++)
      if (highest < 0 || token.get(byRet[next].row)! > token.get(highest)!) highest = byRet[next].row;
    const before = highest;
    if (before >= 0 && token.get(before)! > own)
      tally.found('fencing-token-regression', () => ({
        message: `A1 had got token ${token.get(before)} (record ${history.ret[before]}) before A2 was invoked (record ${history.inv[row]}), which got ${own}: a store that has seen the first refuses the new holder.`,
        ops: [witnessOp(history, before, 'A1'), witnessOp(history, row, 'A2')],
        ...lockOf(history, row),
      }));
  }
}

/** Certain holds of one lock that overlap: each against the one that lasts longest of those before. */
function overlaps(history: History, all: readonly Hold[], tally: Tally): void {
  const holds = all.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  let longest: Hold | undefined;
  for (const hold of holds) {
    const other = longest;
    if (longest === undefined || hold.to > longest.to) longest = hold;
    if (other === undefined || other.to < hold.from) continue;
    if (history.process[other.row] === history.process[hold.row]) continue;
    const until = other.to === NEVER ? 'never released it' : `released it from record ${other.to} on`;
    tally.found('overlapping-holds', () => ({
      message: `A1 held the lock from record ${other.from} and ${until}; A2 got it too, at record ${hold.from}.`,
      ops: [witnessOp(history, other.row, 'A1'), witnessOp(history, hold.row, 'A2')],
      ...lockOf(history, hold.row),
    }));
  }
}

function lockOf(history: History, row: number): Pick<Anomaly, 'key'> {
  return history.shape[row] === Shape.Pair ? { key: history.values.value(history.x0[row]) } : {};
}
