import { type History, NEVER, OK, R, Shape } from '../../history/history.ts';
import type { Anomaly, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';

/** What a node said about itself; see the cluster's events. */
export interface NodeEvent {
  readonly time: number;
  readonly node: string;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
}

/** Witnesses of each kind that are reported in full. */
const MOST = 8;

/**
 * Split brain is two nodes leading one epoch; or a write acknowledged in epoch e although it was invoked after a write
 * acknowledged in an epoch above e had returned; or different entries at one committed position.
 *
 * Overlapping beliefs alone are legal: a deposed leader may still hand out acknowledgements it earned before. Only
 * writes are looked at, because a read may be served by a follower that has not heard of the new epoch.
 *
 * Needs operations that name the node and epoch of their acknowledgement, or cluster events; says `unknown` of a
 * history that has neither. O(n log n).
 */
export function splitBrain(history: History, events: readonly NodeEvent[] = []): Verdict {
  const writes = acknowledgedWrites(history);
  const byOps = [...sharedEpochs(history, writes), ...lateAcknowledgements(history, writes)];
  const anomalies = [...byOps, ...sharedRoles(events, byOps), ...divergentPositions(events)];
  const informed = writes.length > 0 || events.some((e) => e.event.type === 'role');
  return {
    check: 'split-brain',
    valid: anomalies.length > 0 ? false : informed ? true : 'unknown',
    anomalyTypes: anomalies.length > 0 ? ['split-brain'] : [],
    counts: anomalies.length > 0 ? { 'split-brain': anomalies.length } : {},
    anomalies: anomalies.slice(0, MOST),
    not: anomalies.length > 0 ? ['no-split-brain'] : [],
    alsoNot: [],
    judged: ['no-split-brain'],
    consistentWith: anomalies.length > 0 || !informed ? [] : ['no-split-brain'],
    engine: 'epochs',
    ...(informed ? {} : { reason: 'no acknowledgement names its node and epoch' }),
    stats: { acknowledgements: writes.length },
  };
}

/** Rows of acknowledged writes that name node and epoch, in order of their return. */
function acknowledgedWrites(history: History): number[] {
  const rows: number[] = [];
  for (let row = 0; row < history.n; row++) {
    if (history.outcome[row] !== OK || history.epoch[row]! < 0 || history.node[row]! < 0) continue;
    if (history.ret[row] !== NEVER && writes(history, row)) rows.push(row);
  }
  return rows.sort((a, b) => history.ret[a]! - history.ret[b]!);
}

function writes(history: History, row: number): boolean {
  if (history.shape[row] !== Shape.Txn) return !/^(read|r|get)$/.test(history.fs[history.f[row]!]!);
  const from = history.x0[row]!;
  for (let i = from; i < from + history.x1[row]!; i++) if (history.mopF[i] !== R) return true;
  return false;
}

/** Two nodes that acknowledged writes in one epoch. */
function sharedEpochs(history: History, rows: readonly number[]): Anomaly[] {
  const first = new Map<number, number>();
  const told = new Set<string>();
  const found: Anomaly[] = [];
  for (const row of rows) {
    const epoch = history.epoch[row]!;
    const other = first.get(epoch);
    if (other === undefined) {
      first.set(epoch, row);
      continue;
    }
    const a = history.nodes[history.node[other]!]!;
    const b = history.nodes[history.node[row]!]!;
    if (a === b || told.has(`${epoch} ${b}`)) continue;
    told.add(`${epoch} ${b}`);
    found.push({
      type: 'split-brain',
      message: `Both ${a} and ${b} led epoch ${epoch}: ${a} acknowledged W1 and ${b} acknowledged W2 in it.`,
      ops: [witnessOp(history, other, 'W1'), witnessOp(history, row, 'W2')],
      detail: { kind: 'two-leaders-in-one-epoch', epoch, leaders: [a, b] },
    });
  }
  return found;
}

/**
 * A write acknowledged in epoch e although invoked after a write acknowledged in an epoch above e had returned. One
 * anomaly for each pair of leaders and epochs, with the number of writes the deposed leader took.
 */
function lateAcknowledgements(history: History, rows: readonly number[]): Anomaly[] {
  const byInvocation = [...rows].sort((a, b) => history.inv[a]! - history.inv[b]!);
  const pairs = new Map<string, { high: number; low: number; taken: number }>();
  let highest = -1;
  let next = 0;
  for (const row of byInvocation) {
    for (; next < rows.length && history.ret[rows[next]!]! < history.inv[row]!; next++) {
      const done = rows[next]!;
      if (highest < 0 || history.epoch[done]! > history.epoch[highest]!) highest = done;
    }
    if (highest < 0 || history.epoch[highest]! <= history.epoch[row]!) continue;
    const pair = [history.epoch[row], history.node[row], history.epoch[highest], history.node[highest]].join(
      ' ',
    );
    const known = pairs.get(pair);
    if (known === undefined) pairs.set(pair, { high: highest, low: row, taken: 1 });
    else known.taken++;
  }
  return [...pairs.values()].map(({ high, low, taken }) => {
    const leader = history.nodes[history.node[high]!]!;
    const deposed = history.nodes[history.node[low]!]!;
    const above = history.epoch[high]!;
    const below = history.epoch[low]!;
    const more = taken > 1 ? ` It acknowledged ${taken} such writes.` : '';
    return {
      type: 'split-brain',
      message:
        `${deposed} led epoch ${below} although ${leader} already led epoch ${above}: W2 was invoked after W1, ` +
        `acknowledged by ${leader} in epoch ${above}, had returned, and yet ${deposed} acknowledged it in epoch ${below}.${more}`,
      ops: [witnessOp(history, high, 'W1'), witnessOp(history, low, 'W2')],
      detail: {
        kind: 'acknowledged-in-a-past-epoch',
        epochs: [above, below],
        leaders: [leader, deposed],
        taken,
      },
    };
  });
}

/** Two nodes that said they led one epoch, where no pair of operations has shown it already. */
function sharedRoles(events: readonly NodeEvent[], shown: readonly Anomaly[]): Anomaly[] {
  const leaders = new Map<unknown, string>();
  const found: Anomaly[] = [];
  const known = new Set(shown.map((a) => a.detail?.epoch));
  for (const { node, event } of events) {
    if (event.type !== 'role' || event.role !== 'leader') continue;
    const epoch = event.epoch as number;
    const other = leaders.get(epoch);
    if (other === undefined) leaders.set(epoch, node);
    else if (other !== node && !known.has(epoch)) {
      known.add(epoch);
      found.push({
        type: 'split-brain',
        message: `Both ${other} and ${node} became leader of epoch ${epoch}, as they told themselves.`,
        ops: [],
        detail: { kind: 'two-leaders-in-one-epoch', epoch, leaders: [other, node] },
      });
    }
  }
  return found;
}

/** Two nodes that committed different entries at one position: their digests of the log up to it differ. */
function divergentPositions(events: readonly NodeEvent[]): Anomaly[] {
  const digests = new Map<unknown, { node: string; digest: unknown }>();
  for (const { node, event } of events) {
    if (event.type !== 'commit' || event.digest === undefined) continue;
    const known = digests.get(event.position);
    if (known === undefined) digests.set(event.position, { node, digest: event.digest });
    else if (known.digest !== event.digest) {
      const position = event.position as number;
      return [
        {
          type: 'split-brain',
          message: `${known.node} and ${node} committed different entries at or before position ${position}.`,
          ops: [],
          detail: { kind: 'different-entries-at-one-position', position, nodes: [known.node, node] },
        },
      ];
    }
  }
  return [];
}
