import type { Json } from '../../../src/history/op.ts';
import { type Done, KEYS, type Trial } from './trial.ts';

/** Everything that is wrong with a trial, in words. Empty is what a correct Raft must leave. */
export function judge(trial: Trial): string[] {
  return [
    ...trial.crashes.map(({ node, reason }) => `${node} crashed: ${reason}`),
    ...electionSafety(trial),
    ...stateMachineSafety(trial),
    ...lists(trial.done, trial.finals),
  ];
}

/** At most one leader a term. */
function electionSafety(trial: Trial): string[] {
  const leaders = new Map<number, string>();
  const wrong: string[] = [];
  for (const { node, event } of trial.events) {
    if (event.type !== 'role' || event.role !== 'leader') continue;
    const epoch = event.epoch as number;
    const other = leaders.get(epoch);
    if (other !== undefined && other !== node) wrong.push(`${other} and ${node} both lead term ${epoch}`);
    leaders.set(epoch, node);
  }
  return wrong;
}

/** Logs are equal up to every position that two nodes have told the digest of. */
function stateMachineSafety(trial: Trial): string[] {
  const digests = new Map<number, { digest: number; node: string }>();
  const wrong: string[] = [];
  for (const { node, event } of trial.events) {
    if (event.type !== 'commit') continue;
    const known = digests.get(event.position as number);
    if (known === undefined) digests.set(event.position as number, { digest: event.digest as number, node });
    else if (known.digest !== event.digest)
      wrong.push(`${known.node} and ${node} differ at or before position ${event.position}`);
  }
  return wrong;
}

interface Touch {
  readonly op: Done;
  readonly list: readonly Json[];
}

/**
 * Strict serializability of each list by itself: the longest list read is the order of the appends; every list read is
 * a prefix of it and holds at least what was appended or read before the operation began, and nothing begun after it ended.
 */
function lists(done: readonly Done[], finals: readonly Done[]): string[] {
  const wrong: string[] = [];
  const last = Math.max(0, ...finals.map((op) => op.ended)) + 1;
  for (let key = 0; key < KEYS; key++) {
    const reads: Touch[] = [];
    const appends = new Map<number, Done>();
    for (const op of [...done, ...finals]) {
      const value = (op.outcome.value ?? op.request.value) as readonly (readonly [string, number, Json])[];
      for (const [f, k, v] of value) {
        if (k !== key) continue;
        if (f === 'append') appends.set(v as number, op);
        else if (op.outcome.type === 'ok') reads.push({ op, list: (v ?? []) as readonly Json[] });
      }
    }
    wrong.push(...oneList(key, reads, appends, last));
  }
  return wrong;
}

function oneList(key: number, reads: Touch[], appends: ReadonlyMap<number, Done>, last: number): string[] {
  const wrong: string[] = [];
  const longest = reads.reduce<readonly Json[]>((a, { list }) => (list.length > a.length ? list : a), []);
  if (new Set(longest).size < longest.length) wrong.push(`key ${key}: an element is there twice: ${longest}`);
  const position = new Map(longest.map((v, n) => [v as number, n + 1]));
  for (const { op, list } of reads) {
    if (list.some((v, n) => v !== longest[n])) wrong.push(`key ${key}: ${list} is no prefix of ${longest}`);
    for (const v of list) {
      const append = appends.get(v as number);
      if (append === undefined) wrong.push(`key ${key}: ${v} was never appended`);
      else if (append.outcome.type === 'fail') wrong.push(`key ${key}: ${v} was refused and yet is there`);
      else if (append.began > op.ended) wrong.push(`key ${key}: ${v} was read before it was appended`);
    }
  }
  // Everything with a place in the order, and the least place that later operations must see.
  const placed = reads.map(({ op, list }) => ({
    began: op.began,
    ended: op.ended,
    at: list.length,
    write: false,
    op,
  }));
  for (const [v, op] of appends) {
    if (op.outcome.type === 'fail') continue;
    const at = position.get(v);
    if (at !== undefined)
      placed.push({
        began: op.began,
        ended: op.outcome.type === 'ok' ? op.ended : last,
        at,
        write: true,
        op,
      });
    else if (op.outcome.type === 'ok' && reads.some((read) => read.op.began > op.ended))
      wrong.push(`key ${key}: ${v} was acknowledged and is lost`);
  }
  const byEnd = [...placed].sort((a, b) => a.ended - b.ended);
  placed.sort((a, b) => a.began - b.began);
  let seen = 0;
  let n = 0;
  for (const touch of placed) {
    for (; n < byEnd.length && byEnd[n]!.ended < touch.began; n++) seen = Math.max(seen, byEnd[n]!.at);
    if (touch.at < seen || (touch.write && touch.at === seen && seen > 0))
      wrong.push(`key ${key}: op ${touch.op.request.id} is at ${touch.at}, after ${seen} was seen`);
  }
  return wrong;
}

/** How often each type of event was seen. */
export function seen(trial: Trial, type: string): number {
  return trial.events.filter(({ event }) => event.type === type).length;
}

export function successes(trial: Trial): number {
  return trial.done.filter(({ outcome }) => outcome.type === 'ok').length;
}
