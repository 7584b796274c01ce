import type { History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { showName } from '../evidence/printable.ts';
import { showSpan } from '../evidence/show.ts';
import { replicaOf } from '../replica.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, OwnOptionsOf, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { type Kind, kinds } from './crdt.ts';
import { folds } from './folds.ts';
import { type ReplicaRead, type ReplicaReads, replicaReads } from './replica-reads.ts';

export interface ConvergenceOptions extends CheckOptions {
  /** What the object is, for reads that say which updates were delivered: their value is then computed and compared. */
  readonly crdt?: Kind;
}

const OPTIONS: OwnOptionsOf<ConvergenceOptions> = {
  crdt: {
    kind: 'one of',
    values: kinds,
    description:
      'what the object is: reads that say which updates were delivered are compared with what those make',
  },
};

const FORBIDS: Forbids = {
  'strong-eventual': ['strong-non-convergence', 'non-convergence', 'wrong-merge', 'unexpected-update'],
  eventual: ['non-convergence'],
  convergence: ['non-convergence'],
};

/**
 * Whether replicas agree once nothing is written any more, whatever the object: registers keyed or not, sets, lists,
 * counters, transactions.
 *
 * `non-convergence`: the last final reads of two nodes show different values of a key, that was not written since the first of
 * them was invoked. One finding for each key, the first key in order of text first, with the nodes in the minority.
 * `strong-non-convergence`: two reads, final or not, that say they saw one version of a key (`{version, value}`, or
 * `{delivered, value}` with the updates seen) show different values.
 *
 * With the option `crdt`, `wrong-merge`: a read shows another value than the updates it says were delivered make.
 *
 * Eventual consistency says nothing of when: a finite history cannot refute it, only show that replicas had not converged by
 * its end; the message says how long after the last write, where there are
 * times. An update of unknown outcome may still be under way then. Strong convergence is `unknown` where no read tells a version. O(n log n).
 *
 * Sources: Shapiro et al., "Conflict-free Replicated Data Types" (SSS 2011); Viotti & Vukolić (2016) §3.
 */
export const convergence: Check = {
  name: 'convergence',
  summary: 'final reads of all replicas agree; reads of one version are equal',
  models: Object.keys(FORBIDS),
  options: OPTIONS,
  judge: (history, options: ConvergenceOptions = {}) => judge(history, options),
};

function judge(history: History, options: ConvergenceOptions): Verdict {
  const tally = new Tally(options);
  const reads = replicaReads(history);
  const versions = oneVersion(history, reads.all, tally);
  const folded = options.crdt === undefined ? 0 : folds(history, reads.all, options.crdt, tally);
  const { compared, restless } = finalsAgree(history, reads, tally);
  const why =
    reads.finals.length === 0
      ? 'no read is marked final: nothing tells when replicas should have agreed'
      : compared === 0
        ? restless > 0
          ? 'every key was still written while it was read at the end'
          : 'no key was read at the end from two nodes'
        : undefined;
  const untold = versions + folded === 0 ? 'no two reads say which version they saw' : undefined;
  return tally.verdict({
    check: 'convergence',
    engine: 'digests',
    forbids: FORBIDS,
    options,
    judged: ['convergence'],
    open: {
      ...openAll(['eventual', 'convergence'], why),
      ...openAll(['strong-eventual'], [untold, why].filter((r) => r !== undefined).join('; ') || undefined),
    },
    warnings: restless === 0 ? [] : [`${restless} keys were still written while they were read at the end`],
    stats: { reads: reads.all.length, finalReads: reads.finals.length, keys: compared, versions, folded },
  });
}

const text = (value: Json): string => {
  const all = canonical(value);
  return all.length <= 60 ? all : `${all.slice(0, 57)}…`;
};

/** Compares reads that say they saw one version; gives how many versions were seen twice. */
function oneVersion(history: History, reads: readonly ReplicaRead[], tally: Tally): number {
  const first = new Map<string, ReplicaRead>();
  const again = new Set<string>();
  for (const read of reads) {
    if (read.version === undefined) continue;
    const name = `${read.key}\n${read.version}`;
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, read);
      continue;
    }
    again.add(name);
    if (canonical(other.value) === canonical(read.value)) continue;
    tally.found('strong-non-convergence', () => ({
      message: `R1 and R2 both saw version ${read.version}${read.key === '' ? '' : ` of ${read.key}`}, but R1 shows ${text(other.value)} and R2 shows ${text(read.value)}: the same updates gave different states.`,
      ops: [witnessOp(history, other.row, 'R1'), witnessOp(history, read.row, 'R2')],
      ...keyOf(read.key),
    }));
  }
  return again.size;
}

function keyOf(key: string): { key?: Json } {
  return key === '' ? {} : { key: JSON.parse(key) as Json };
}

/** Compares, key by key, what nodes show last. */
function finalsAgree(
  history: History,
  { finals, lastWrite, unknownWrites }: ReplicaReads,
  tally: Tally,
): { compared: number; restless: number } {
  const keys = new Map<string, Map<number, ReplicaRead>>();
  for (const read of finals) {
    const nodes = keys.get(read.key) ?? new Map<number, ReplicaRead>();
    nodes.set(replicaOf(history, read.row), read);
    keys.set(read.key, nodes);
  }
  let compared = 0;
  let restless = 0;
  for (const [key, nodes] of [...keys].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (nodes.size < 2) continue;
    const last = lastWrite.get(key);
    const reads = [...nodes.values()];
    if (last !== undefined && reads.some(({ row }) => history.inv[row] <= history.ret[last.row])) {
      restless++;
      continue;
    }
    compared++;
    const groups = new Map<string, ReplicaRead[]>();
    for (const read of reads) {
      const digest = canonical(read.value);
      groups.set(digest, [...(groups.get(digest) ?? []), read]);
    }
    if (groups.size > 1) apart(history, key, [...groups.values()], last?.row, unknownWrites, tally);
  }
  return { compared, restless };
}

function apart(
  history: History,
  key: string,
  groups: readonly ReplicaRead[][],
  last: number | undefined,
  unknownWrites: number,
  tally: Tally,
): void {
  const sides = [...groups].sort((a, b) => b.length - a.length);
  const nodeOf = ({ row }: ReplicaRead): string =>
    history.node[row] >= 0
      ? showName(history.nodes[history.node[row]])
      : `the replica of process ${history.process[row]}`;
  const says = sides.map((side) => `${side.map(nodeOf).join(', ')}: ${text(side[0].value)}`).join('; ');
  // A history without times tells no span.
  const span = last === undefined ? Number.NaN : history.invTime[sides[0][0].row] - history.retTime[last];
  const since = Number.isFinite(span) ? `, ${showSpan(span)} after the last acknowledged write of it` : '';
  const perhaps =
    unknownWrites > 0 ? ` ${unknownWrites} writes of unknown outcome may have been under way.` : '';
  const minority = sides.slice(1).flat().map(nodeOf);
  tally.found('non-convergence', () => ({
    message: `The replicas had not converged${key === '' ? '' : ` on ${key}`} by the end${since}. ${says}.${perhaps}`,
    ops: sides.map((side, i) => witnessOp(history, side[0].row, `R${i + 1}`)),
    ...keyOf(key),
    detail: { minority, values: sides.map((side) => side[0].value) },
  }));
}
