import { cycleAnomaly, type Explain } from '../evidence/cycle.ts';
import { type Subgraph, subgraph, vertexScratch } from '../graph/csr.ts';
import type { Cycle, CycleReport } from '../graph/cycles.ts';
import { DATA, only, PROCESS, REALTIME } from '../graph/labels.ts';
import type { Suffix } from '../graph/names.ts';
import type { CycleStep } from '../graph/search.ts';
import type { Steps } from '../graph/steps.ts';
import { cyclicParts, tarjan } from '../graph/tarjan.ts';
import {
  type Closing,
  nonadjacentClosing,
  orderGroups,
  pathOf,
  runsApart,
  singleClosing,
} from '../graph/unordered.ts';
import { violates } from '../models.ts';
import type { Anomaly } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import type { Transactions } from './transactions.ts';

/** A cycle that is there whatever the order of appends that no read shows. */
export interface Clash {
  readonly type: string;
  /** Where one pair of appends clashes by itself: a closed walk from the transaction of the one to that of the other and back. */
  readonly walk: Cycle | null;
  /** The pair; else appends of all transactions in question. */
  readonly appends: readonly number[];
}

export interface Unread {
  readonly clashes: readonly Clash[];
  /** Models of which the steps ran out before it was settled whether an order of these appends satisfies them. */
  readonly undecided: readonly string[];
}

const NOTHING: Unread = { clashes: [], undecided: [] };

interface Level {
  readonly suffix: Suffix;
  readonly mask: number;
  readonly model: string;
}

const levels: readonly Level[] = [
  { suffix: '', mask: DATA, model: 'PL-SI' },
  { suffix: '-process', mask: DATA | only(PROCESS), model: 'strong-session-SI' },
  { suffix: '-realtime', mask: DATA | only(REALTIME), model: 'strong-SI' },
];

/** Forbids a G-single, which takes one anti-dependency, and no less than that. */
const VIEW = 'PL-2+';

/**
 * Whether appends that no read shows can be ordered so that snapshot isolation holds, of its three kinds, and consistent view. Which came
 * first is nobody's knowledge, but one did: under snapshot isolation two transactions that append to one key are not
 * concurrent. Models without anti-dependencies and the serializable ones need no look: where their graph is acyclic, it still is
 * with the writes in the order of any of its topological sorts.
 *
 * For the same reason only those of one strongly connected part matter, at each level: between parts the order of the parts will do. So a
 * history that is serializable costs nothing here. Linear where the transactions of a part run one by one as they come
 * (`runsApart`); else a search, within the steps.
 *
 * Two that miss each other close a G-single in either order, and are called that: T1 misses what T2 wrote (rw), and one way or the other
 * is before or after it by a ww. Where it takes three or more, each order may close another kind of cycle; these are called
 * `PL-SI-cycle-exists` and so on, as where versions of registers have no order.
 *
 * `unordered` as in `Dependencies`, `known` the anomaly types found so far.
 */
export function ordersOfUnread(
  txns: Transactions,
  unordered: readonly (readonly number[])[],
  { parts, cut }: CycleReport,
  known: Iterable<string>,
  steps: Steps,
): Unread {
  if (unordered.length === 0 || parts.length === 0 || cut) return NOTHING;
  const inParts = contested(txns, unordered, parts);
  const search = new Search(known, steps);
  for (const level of levels) for (const { part, keys } of inParts) search.look(level, part, keys);
  return search.outcome();
}

class Search {
  private readonly steps: Steps;
  private readonly types: string[];
  private readonly clashes: Clash[] = [];
  private readonly undecided = new Set<string>();

  constructor(known: Iterable<string>, steps: Steps) {
    this.types = [...known];
    this.steps = steps;
  }

  look(level: Level, part: Subgraph, keys: Contested['keys']): void {
    const models = level.suffix === '' ? [level.model, VIEW] : [level.model];
    if (models.every((m) => violates([m], this.types))) return;
    for (const piece of split(part, keys, level.mask)) {
      // Snapshot isolation is the strongest at its level.
      if (runsApart(piece.graph, level.mask, piece.groups, this.steps)) continue;
      for (const model of models) if (!violates([model], this.types)) this.settle(model, level, piece);
    }
  }

  /** Whether some order of the groups satisfies the model, as far as this piece goes. */
  private settle(model: string, { suffix, mask }: Level, { graph, groups, appendOf, own }: Piece): void {
    const closing = (model === VIEW ? singleClosing : nonadjacentClosing)(graph, mask);
    const ordering = orderGroups(closing, groups, this.steps);
    if (ordering.found === 'cut') this.undecided.add(model);
    if (ordering.found !== false) return;
    const appends = [...(ordering.pair ?? appendOf.keys())].map((v) => appendOf.get(v)!);
    let type = `${model}-cycle-exists`;
    let walk: Cycle | null = null;
    if (ordering.pair !== null) {
      const [a, b] = ordering.pair;
      const single = walkOf(graph, singleClosing(graph, mask), a, b);
      type = `${single === null ? 'G-nonadjacent' : 'G-single'}-item${suffix}`;
      const steps = single ?? walkOf(graph, closing, a, b)!;
      walk = { type, steps: steps.map((s) => ({ ...s, from: own(s.from), to: own(s.to) })) };
    }
    this.clashes.push({ type, walk, appends });
    this.types.push(type);
  }

  outcome(): Unread {
    const undecided = [...this.undecided].filter((m) => !violates([m], this.types));
    return { clashes: this.clashes, undecided };
  }
}

/** A part, and by key the unread appends of several of its transactions. */
interface Contested {
  readonly part: Subgraph;
  readonly keys: readonly ReadonlyMap<number, number>[];
}

/** O(size of the parts + unread appends). */
function contested(
  txns: Transactions,
  unordered: readonly (readonly number[])[],
  parts: readonly Subgraph[],
): Contested[] {
  const partOf = new Map<number, number>();
  const vertexOf = new Map<number, number>();
  for (const [p, part] of parts.entries())
    for (let v = 0; v < part.txns; v++) {
      partOf.set(part.original[v], p);
      vertexOf.set(part.original[v], v);
    }
  const keysOf = new Map<number, ReadonlyMap<number, number>[]>();
  for (const appends of unordered) {
    const here = new Map<number, Map<number, number>>();
    for (const m of appends) {
      const t = txns.txnOf[m];
      const p = partOf.get(t);
      if (p === undefined) continue;
      const key = here.get(p) ?? new Map<number, number>();
      here.set(p, key.set(vertexOf.get(t)!, m));
    }
    for (const [p, key] of here) if (key.size > 1) keysOf.set(p, [...(keysOf.get(p) ?? []), key]);
  }
  return [...keysOf].map(([p, keys]) => ({ part: parts[p], keys }));
}

/** A strongly connected piece of a part at one level; `groups` and `appendOf` by its vertices. */
interface Piece {
  readonly graph: Subgraph;
  readonly groups: readonly (readonly number[])[];
  readonly appendOf: ReadonlyMap<number, number>;
  /** The transaction that a vertex is. */
  readonly own: (v: number) => number;
}

function split(part: Subgraph, keys: Contested['keys'], mask: number): Piece[] {
  const scratch = vertexScratch(part);
  const pieces: Piece[] = [];
  for (const members of cyclicParts(part, tarjan(part, mask))) {
    const numbers = new Map<number, number>();
    members.forEach((v, i) => {
      if (v < part.txns) numbers.set(v, i);
    });
    const appendOf = new Map<number, number>();
    const groups: number[][] = [];
    for (const key of keys) {
      const group = [...key].filter(([v]) => numbers.has(v));
      if (group.length < 2) continue;
      groups.push(group.map(([v]) => numbers.get(v)!));
      for (const [v, m] of group) appendOf.set(numbers.get(v)!, m);
    }
    if (groups.length === 0) continue;
    const own = (v: number): number => part.original[members[v]];
    pieces.push({ graph: subgraph(part, members, mask, scratch), groups, appendOf, own });
  }
  return pieces;
}

/** From `a` to `b` and back by what would close a cycle with an order of the two; null where there is none. */
function walkOf(graph: Subgraph, closing: Closing, a: number, b: number): CycleStep[] | null {
  const there = pathOf(graph, closing, a, b);
  const back = there && pathOf(graph, closing, b, a);
  return back && [...there, ...back];
}

/** A clash as an anomaly, in words. */
export function clashAnomaly(txns: Transactions, { type, walk, appends }: Clash, explain: Explain): Anomaly {
  const { history, row, txnOf } = txns;
  const { mopVal, mopKey, values } = history;
  if (walk === null) {
    const some = appends.slice(0, 8);
    const ops = some.map((m, i) => witnessOp(history, row[txnOf[m]], `T${i + 1}`));
    const told = some.map((m, i) => `T${i + 1}'s of ${values.show(mopVal[m])} to ${txns.key(m)}`);
    const more = appends.length > some.length ? ' and others' : '';
    const message = `${type}: no read shows in which order these appends took effect, and each order closes a cycle: ${told.join(', ')}${more}`;
    return { type, message, ops };
  }
  const anomaly = cycleAnomaly(walk, history, (t) => row[t], explain);
  const [first, second] = appends;
  const name = (m: number): string => anomaly.ops.find((o) => o.invoked === history.inv[row[txnOf[m]]])!.name;
  const shown = `${name(first)} appended ${values.show(mopVal[first])} to ${txns.key(first)}, ${name(second)} ${values.show(mopVal[second])}, and no read shows which came first`;
  const message = `${anomaly.message}\n  ${shown}: if ${name(second)} did, what leads from ${name(first)} to it closes a cycle; else what leads back does.`;
  return { ...anomaly, message, key: values.value(mopKey[first]) };
}
