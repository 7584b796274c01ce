import type { Anomaly } from '../verdict.ts';
import type { NodeEvent } from './split-brain.ts';

/**
 * Adds to lost writes what the nodes told of themselves: which leader acknowledged them in which epoch, who led next,
 * and who discarded what. Words only: the verdict stands without them, and a system that tells nothing adds nothing.
 */
export function attribute(anomaly: Anomaly, events: readonly NodeEvent[]): Anomaly {
  if (anomaly.type !== 'lost-write') return anomaly;
  const writes = anomaly.ops.filter((op) => op.f !== 'read' && op.node !== undefined);
  if (writes.length === 0) return anomaly;
  const lines: string[] = [];
  const epochs = new Map<string, number>();
  for (const { node, epoch } of writes) {
    const key = epoch === undefined ? `${node}` : `${node} in epoch ${epoch}`;
    epochs.set(key, (epochs.get(key) ?? 0) + 1);
  }
  const by = [...epochs].map(([who, n]) => (writes.length === 1 ? who : `${who} (${n})`));
  lines.push(`Acknowledged by ${by.join(', ')}.`);
  const epoch = Math.max(...writes.map((w) => w.epoch ?? -1));
  const next = events.find(
    ({ event }) => event.type === 'role' && event.role === 'leader' && Number(event.epoch) > epoch,
  );
  if (epoch >= 0 && next !== undefined)
    lines.push(`${next.node} led next, in epoch ${next.event.epoch}, from ${seconds(next.time)} on.`);
  const nodes = new Set(writes.map((w) => w.node));
  for (const { time, node, event } of events) {
    if (event.type === 'truncate' && nodes.has(node) && Number(event.to) >= Number(event.from))
      lines.push(
        `${node} cut its log back at ${seconds(time)}: positions ${event.from} to ${event.to} vanished.`,
      );
    else if (event.type === 'discard' && Array.isArray(event.writes) && discardsAny(event.writes, anomaly))
      lines.push(`${node} discarded them at ${seconds(time)}.`);
    if (lines.length > 8) break;
  }
  return { ...anomaly, message: `${anomaly.message}\n${[...new Set(lines)].join('\n')}` };
}

function discardsAny(discarded: readonly unknown[], { detail }: Anomaly): boolean {
  const lost = detail?.elements;
  return Array.isArray(lost) && lost.some((element) => discarded.includes(element));
}

function seconds(nanoseconds: number): string {
  return `${(nanoseconds / 1e9).toFixed(3)} s`;
}
