import type { History } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import type { Anomaly, Check, CheckOptions, Verdict } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import { observeSet, type SetObservations } from './observations.ts';

/** What each model forbids, strongest claim first. */
const FORBIDS: { readonly [model: string]: readonly string[] } = {
  'no-lost-writes': ['lost-write', 'unexpected-element', 'aborted-read', 'duplicate-element'],
  convergence: ['divergence'],
};
const MODELS = Object.keys(FORBIDS);

/** Elements that a message names; the detail has all. */
const NAMED = 6;

/**
 * A set that elements are added to, each once, and that is read as a whole at the end.
 *
 * `lost-write`: an acknowledged element that is in none of the deciding reads. Those are each node's last final read,
 * all invoked after heal and recovery; in a history that marks no final reads, the last read of all. An element that
 * only some of them lack is `divergence`. `unexpected-element`: read, never added. `aborted-read`: read although its add
 * failed. `duplicate-element`: twice in one read. Elements whose add is unknown may be there or not.
 *
 * O(elements read). Without any deciding read the verdict is `unknown`.
 */
export const set: Check = {
  name: 'set',
  summary: 'elements added once each and read at the end: lost writes, divergence, duplicates',
  models: MODELS,
  judge: (history, options = {}) => judgeSet(history, options),
};

function judgeSet(history: History, options: CheckOptions): Verdict {
  const seen = observeSet(history);
  const judged = options.models ?? MODELS.slice(0, 1);
  const stats = {
    acknowledged: seen.acknowledged.size,
    failed: seen.failed.size,
    unknown: seen.unknown.size,
    recovered: recovered(seen),
    finalReads: seen.finals.length,
  };
  const anomalies = [
    ...lostAndDiverged(history, seen),
    ...strangers(history, seen),
    ...duplicates(history, seen),
  ];
  const types = [...new Set(anomalies.map((a) => a.type))].sort();
  const broken = MODELS.filter((m) => FORBIDS[m]!.some((type) => types.includes(type)));
  const decided = seen.finals.length > 0;
  const wrong = judged.some((m) => broken.includes(m));
  const counts = Object.fromEntries(
    types.map((type) => [
      type,
      anomalies.filter((a) => a.type === type).reduce((sum, a) => sum + Number(a.detail?.count ?? 1), 0),
    ]),
  );
  return {
    check: 'set',
    valid: wrong ? false : decided ? true : 'unknown',
    anomalyTypes: types,
    counts,
    anomalies,
    not: broken,
    alsoNot: [],
    judged,
    consistentWith: decided ? MODELS.filter((m) => !broken.includes(m)) : [],
    engine: 'elements',
    ...(decided
      ? {}
      : { reason: 'no read of the whole set succeeded at the end: what is there is not known' }),
    stats,
  };
}

function recovered({ unknown, finals }: SetObservations): number {
  const present = new Set<number>();
  for (const { elements } of finals) for (const e of elements) if (unknown.has(e)) present.add(e);
  return present.size;
}

function lostAndDiverged(history: History, { acknowledged, unknown, finals }: SetObservations): Anomaly[] {
  if (finals.length === 0) return [];
  const contents = finals.map(({ elements }) => new Set(elements));
  const lost: number[] = [];
  const partial: number[] = [];
  for (const element of new Set([...acknowledged.keys(), ...unknown.keys()])) {
    const in_ = contents.filter((c) => c.has(element)).length;
    if (in_ === contents.length) continue;
    if (in_ > 0) partial.push(element);
    else if (acknowledged.has(element)) lost.push(element);
  }
  const found: Anomaly[] = [];
  if (lost.length > 0) found.push(lostWrites(history, lost, acknowledged, finals[0]!.row));
  if (partial.length > 0) found.push(divergence(history, partial, finals, contents));
  return found;
}

/** One anomaly for all lost elements: they share the final read that lacks them, and mostly their cause. */
function lostWrites(
  history: History,
  lost: readonly number[],
  acknowledged: ReadonlyMap<number, number>,
  final: number,
): Anomaly {
  const rows = lost.map((e) => acknowledged.get(e)!).sort((a, b) => history.ret[a]! - history.ret[b]!);
  const shown = rows.slice(0, NAMED);
  const writers = shown.map((row, i) => `W${i + 1} added ${history.values.show(history.x0[row]!)}`);
  const more = rows.length > NAMED ? `, and ${rows.length - NAMED} more` : '';
  const one = rows.length === 1;
  return {
    type: 'lost-write',
    message:
      `${one ? 'A write was' : `${rows.length} writes were`} acknowledged and then lost: ${writers.join(', ')}${more}. ` +
      `${one ? 'It is' : 'They are'} in no final read; R, for one, was invoked after the heal and does not see ${one ? 'it' : 'them'}.`,
    ops: [...shown.map((row, i) => witnessOp(history, row, `W${i + 1}`)), shortRead(history, final)],
    detail: { elements: rows.map((row) => history.values.value(history.x0[row]!)), count: rows.length },
  };
}

function divergence(
  history: History,
  partial: readonly number[],
  finals: SetObservations['finals'],
  contents: readonly ReadonlySet<number>[],
): Anomaly {
  const lacking = finals
    .map(({ row }, i) => ({ node: nodeOf(history, row), lacks: partial.filter((e) => !contents[i]!.has(e)) }))
    .filter(({ lacks }) => lacks.length > 0);
  const words = lacking.map(
    ({ node, lacks }) =>
      `${node} lacks ${lacks
        .slice(0, NAMED)
        .map((e) => history.values.show(e))
        .join(', ')}${lacks.length > NAMED ? `, … (${lacks.length})` : ''}`,
  );
  return {
    type: 'divergence',
    message: `The replicas do not agree although nothing was written any more: ${words.join('; ')}.`,
    ops: finals.map(({ row }, i) => shortRead(history, row, `R${i + 1}`)),
    detail: {
      count: partial.length,
      lacking: Object.fromEntries(
        lacking.map(({ node, lacks }): [string, Json] => [node, lacks.map((e) => history.values.value(e))]),
      ),
    },
  };
}

function strangers(history: History, { acknowledged, failed, unknown, reads }: SetObservations): Anomaly[] {
  const told = new Set<number>();
  const found: Anomaly[] = [];
  for (const { row, elements } of reads) {
    for (const e of elements) {
      if (told.has(e) || acknowledged.has(e) || unknown.has(e)) continue;
      told.add(e);
      const what = history.values.show(e);
      const add = failed.get(e);
      found.push(
        add === undefined
          ? {
              type: 'unexpected-element',
              message: `R read ${what}, which nobody ever added.`,
              ops: [shortRead(history, row)],
              key: history.values.value(e),
            }
          : {
              type: 'aborted-read',
              message: `R read ${what} although W, which added it, certainly failed.`,
              ops: [witnessOp(history, add, 'W'), shortRead(history, row)],
              key: history.values.value(e),
            },
      );
    }
  }
  return found;
}

function duplicates(history: History, { reads }: SetObservations): Anomaly[] {
  const told = new Set<number>();
  const found: Anomaly[] = [];
  for (const { row, elements } of reads) {
    const seen = new Set<number>();
    for (const e of elements) {
      if (seen.has(e) && !told.has(e)) {
        told.add(e);
        const message = `R read ${history.values.show(e)} more than once: it was added twice.`;
        found.push({
          type: 'duplicate-element',
          message,
          ops: [shortRead(history, row)],
          key: history.values.value(e),
        });
      }
      seen.add(e);
    }
  }
  return found;
}

/** A read of the whole set as a witness: long lists are cut, with their length. */
function shortRead(history: History, row: number, name = 'R') {
  const op = witnessOp(history, row, name);
  const { value } = op;
  if (!Array.isArray(value) || value.length <= 20) return op;
  return { ...op, value: [...value.slice(0, 20), `… ${value.length} elements`] };
}

function nodeOf(history: History, row: number): string {
  return history.nodes[history.node[row]!] ?? 'a replica';
}
