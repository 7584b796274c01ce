import type { Done, Report } from './drill.ts';

/**
 * What is wrong with a history of one grow-only set if it is to be linearizable; empty when nothing is.
 *
 * Complete for this type: reads must be ordered by inclusion, along real time; hold what was acknowledged before they
 * began and nothing invoked after they returned; and if x was acknowledged before the add of y was invoked, whoever sees
 * y sees x.
 */
export function setViolations(done: readonly Done[]): string[] {
  const adds = done.filter(({ request }) => request.f === 'add');
  const reads = done
    .filter(
      ({ request, outcome }) => request.f === 'read' && request.at === undefined && outcome.type === 'ok',
    )
    .map((read) => ({ ...read, seen: new Set(read.outcome.value as readonly number[]) }));
  const found: string[] = [];
  const byElement = new Map(adds.map((add) => [add.request.value as number, add]));
  const acknowledged = adds
    .filter(({ outcome }) => outcome.type === 'ok')
    .sort((a, b) => a.returned - b.returned);
  for (const { seen, request, invoked, returned } of reads) {
    // The latest invocation among what it saw, or its own: all that was acknowledged before has to be there.
    let latest = invoked;
    for (const element of seen) {
      const add = byElement.get(element);
      if (add === undefined || add.invoked > returned) found.push(`read ${request.id} saw ${element} early`);
      else if (add.outcome.type === 'fail') found.push(`read ${request.id} saw ${element}, whose add failed`);
      else latest = Math.max(latest, add.invoked);
    }
    for (const add of acknowledged) {
      if (add.returned > latest) break;
      if (!seen.has(add.request.value as number))
        found.push(`read ${request.id} missed ${add.request.value}`);
    }
  }
  const bySize = [...reads].sort((a, b) => a.seen.size - b.seen.size);
  for (let i = 1; i < bySize.length; i++)
    for (const element of bySize[i - 1]!.seen)
      if (!bySize[i]!.seen.has(element)) {
        found.push(
          `reads ${bySize[i - 1]!.request.id} and ${bySize[i]!.request.id} do not include one another`,
        );
        break;
      }
  // Along real time no read is smaller than one that returned before it was invoked.
  const byReturn = [...reads].sort((a, b) => a.returned - b.returned);
  const byInvocation = [...reads].sort((a, b) => a.invoked - b.invoked);
  let largest = 0;
  let next = 0;
  for (const read of byInvocation) {
    for (; next < byReturn.length && byReturn[next]!.returned < read.invoked; next++)
      largest = Math.max(largest, byReturn[next]!.seen.size);
    if (read.seen.size < largest) found.push(`read ${read.request.id} went back`);
  }
  return found;
}

/** Elements whose add was acknowledged and that the final read does not have. */
export function lost(report: Report): unknown[] {
  const final = report.done.find(({ final, request }) => final && request.at === undefined);
  if (final?.outcome.type !== 'ok') throw new Error(`no final read: ${JSON.stringify(final?.outcome)}`);
  const there = new Set(final.outcome.value as readonly unknown[]);
  return report.done
    .filter(
      ({ request, outcome }) => request.f === 'add' && outcome.type === 'ok' && !there.has(request.value),
    )
    .map(({ request }) => request.value);
}

/** What nodes answered to the final reads, each distinct answer once. */
export function finalStates(report: Report): string[] {
  const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value);
  return [...new Set([...report.states.values()].map((answers) => JSON.stringify(answers.map(sorted))))];
}

/** Epochs in which more than one node said it led. */
export function sharedEpochs(report: Report): number[] {
  const leaders = new Map<number, Set<string>>();
  for (const { node, event } of report.events) {
    if (event.type !== 'role' || event.role !== 'leader') continue;
    const epoch = event.epoch as number;
    leaders.set(epoch, (leaders.get(epoch) ?? new Set()).add(node));
  }
  return [...leaders].filter(([, nodes]) => nodes.size > 1).map(([epoch]) => epoch);
}

/** Whether an operation was acknowledged in an epoch although invoked after one of a later epoch had returned. */
export function splitBrain(done: readonly Done[]): boolean {
  const acknowledged = done.filter(
    ({ request, outcome }) => request.f !== 'read' && outcome.type === 'ok' && outcome.epoch !== undefined,
  );
  return acknowledged.some((late) =>
    acknowledged.some((early) => early.returned < late.invoked && early.outcome.epoch! > late.outcome.epoch!),
  );
}

/** Of one process's reads of a set, those that lack an element it added or read before. */
export function staleSessions(done: readonly Done[]): { ownWrites: number; reads: number } {
  const own = new Map<number, Set<number>>();
  const seen = new Map<number, Set<number>>();
  const stale = { ownWrites: 0, reads: 0 };
  for (const { process, request, outcome } of [...done].sort((a, b) => a.invoked - b.invoked)) {
    if (outcome.type !== 'ok') continue;
    if (request.f === 'add') own.set(process, (own.get(process) ?? new Set()).add(request.value as number));
    else if (request.at === undefined) {
      const value = new Set(outcome.value as readonly number[]);
      if ([...(own.get(process) ?? [])].some((element) => !value.has(element))) stale.ownWrites++;
      if ([...(seen.get(process) ?? [])].some((element) => !value.has(element))) stale.reads++;
      seen.set(process, value);
    }
  }
  return stale;
}

export function counted(report: Report): { ok: number; fail: number; info: number } {
  const counts = { ok: 0, fail: 0, info: 0 };
  for (const { outcome } of report.done) counts[outcome.type]++;
  return counts;
}
