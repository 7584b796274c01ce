import { FAIL, type History, OK } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { showSpan } from '../evidence/show.ts';
import { compareExact, distance, type Exact, exactly, plus } from '../integers.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

export interface LeaseOptions extends CheckOptions {
  /** How far a holder's clock may be from true time, either way, in nanoseconds. Default 0. */
  readonly skew?: number;
}

const OPTIONS: OwnOptionsOf<LeaseOptions> = {
  skew: {
    kind: 'duration',
    default: 0,
    description: "how far a holder's clock may be from true time, either way",
  },
};

const FORBIDS: Forbids = { 'exclusive-leases': ['overlapping-leases'] };
const GRANT: readonly string[] = ['acquire', 'renew', 'lease', 'grant'];
const END: readonly string[] = ['release', 'revoke'];

/** A time during which a holder may believe that the lease is its own. */
interface Tenure {
  readonly row: number;
  readonly holder: string;
  readonly start: Exact;
  end: Exact;
}

/**
 * Leases: `acquire` or `renew` ok with `{start, end}`, nanoseconds of the holder's clock, or `{duration}`, counted from the
 * invocation while the holder knows of it from the return on; `lease` names which one, where there are several, and
 * `holder` who got it, if not the process. `release` gives a lease back when it is invoked.
 *
 * `overlapping-leases`: two holders of one lease at one time, whatever their clocks: the second's start plus the skew is
 * before the first's end less the skew. Leases that overlap by less are only possibly wrong: the verdict is then `unknown`.
 * It is so, too, where a grant ends before it starts: no clock explains that, and what the holder believes is not known.
 *
 * O(n log n). Source: Gray & Cheriton, "Leases" (SOSP 1989), for the bound on clocks.
 */
export const lease: Check = {
  name: 'lease',
  summary: 'leases under clock skew: two holders at one time, certainly or possibly',
  functions: [...GRANT, ...END],
  models: Object.keys(FORBIDS),
  options: OPTIONS,
  judge: (history, options: LeaseOptions = {}) => judge(history, options),
};

function judge(history: History, options: LeaseOptions): Verdict {
  const skew = options.skew ?? 0;
  const tally = new Tally(options);
  const { leases, odd, impossible, granted } = tenures(history);
  const possible: string[] = [];
  for (const [name, all] of leases) {
    all.sort((a, b) => compareExact(a.start, b.start));
    const open: Tenure[] = [];
    for (const one of all) {
      // Only the last to end matters of each holder; there are few holders.
      for (const other of open) {
        if (other.holder === one.holder || other.end <= one.start) continue;
        const overlap = distance(one.start, least(other.end, one.end));
        // The lease was given back before it began.
        if (overlap <= 0) continue;
        if (overlap > 2 * skew)
          tally.found('overlapping-leases', () => ({
            message: `L1 made ${other.holder} the holder until ${other.end}, and L2 made ${one.holder} the holder from ${one.start} on: they overlap by ${showSpan(overlap)}, more than clocks that are off by ${showSpan(skew)} each explain.`,
            ops: [witnessOp(history, other.row, 'L1'), witnessOp(history, one.row, 'L2')],
            ...(name === 'null' ? {} : { key: JSON.parse(name) as Json }),
            detail: { overlap, skew },
          }));
        else
          possible.push(
            `${other.holder} and ${one.holder} overlap by ${showSpan(overlap)} (records ${history.inv[other.row]} and ${history.inv[one.row]})`,
          );
      }
      const at = open.findIndex(({ holder }) => holder === one.holder);
      if (at < 0) open.push(one);
      else if (open[at].end < one.end) open[at] = one;
    }
  }
  const reason =
    granted === 0
      ? 'no lease was granted: there is nothing to judge'
      : odd > 0
        ? `${odd} grants tell neither {start, end} nor {duration}`
        : impossible.length > 0
          ? `leases that end before they start were left out: ${some(impossible)}`
          : possible.length > 0
            ? `leases overlap by no more than clock skew explains: ${some(possible)}`
            : undefined;
  return tally.verdict({
    check: 'lease',
    engine: 'intervals',
    forbids: FORBIDS,
    options,
    open: openAll(Object.keys(FORBIDS), reason),
    stats: { granted, possibleOverlaps: possible.length, skew },
  });
}

const least = (a: Exact, b: Exact): Exact => (a < b ? a : b);

function some(list: readonly string[]): string {
  return `${list.slice(0, 3).join('; ')}${list.length > 3 ? `; and ${list.length - 3} more` : ''}`;
}

interface Tenures {
  readonly leases: Map<string, Tenure[]>;
  readonly odd: number;
  /** Grants that end before they start, in words. */
  readonly impossible: readonly string[];
  readonly granted: number;
}

function tenures(history: History): Tenures {
  const leases = new Map<string, Tenure[]>();
  const open = new Map<string, Tenure>();
  const impossible: string[] = [];
  let odd = 0;
  let granted = 0;
  for (let row = 0; row < history.n; row++) {
    const f = history.fs[history.f[row]];
    const value = history.value(row);
    const fields = value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
    const { lease: name = null, holder, start, end, duration } = fields as { readonly [field: string]: Json };
    const who = holder === undefined ? `process ${history.process[row]}` : canonical(holder);
    const key = canonical(name ?? null);
    if (GRANT.includes(f) && history.outcome[row] === OK) {
      granted++;
      const lasts = exactly(duration ?? null);
      const known = lasts === undefined ? undefined : time(history.retTime[row]);
      const from = exactly(start ?? null) ?? known;
      const to = exactly(end ?? null) ?? until(history.invTime[row], lasts);
      if (from === undefined || to === undefined) {
        odd++;
        continue;
      }
      if (timeless(exactly(start ?? null), exactly(end ?? null), lasts)) {
        impossible.push(`${who} was granted one from ${from} to ${to} (record ${history.ret[row]})`);
        continue;
      }
      const one: Tenure = { row, holder: who, start: from, end: to };
      const all = leases.get(key);
      if (all === undefined) leases.set(key, [one]);
      else all.push(one);
      open.set(`${key} ${who}`, one);
    } else if (END.includes(f) && history.outcome[row] !== FAIL) {
      const held = open.get(`${key} ${who}`);
      if (held !== undefined) held.end = least(held.end, history.invTime[row]);
    }
  }
  return { leases, odd, impossible, granted };
}

/** Whether the grant contradicts itself. One that was over when its holder heard of it does not. */
function timeless(start: Exact | undefined, end: Exact | undefined, lasts: Exact | undefined): boolean {
  if (end === undefined) return lasts !== undefined && lasts < 0;
  return start !== undefined && end < start;
}

/** Undefined where the record told no time. */
const time = (at: number): number | undefined => (Number.isNaN(at) ? undefined : at);

function until(invoked: number, lasts: Exact | undefined): Exact | undefined {
  return lasts === undefined || Number.isNaN(invoked) ? undefined : plus(invoked, lasts);
}
