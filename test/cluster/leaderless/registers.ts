import type { Json } from '../../../src/history/op.ts';
import type { Done } from '../single-leader/drill.ts';

interface Write {
  readonly id: number;
  readonly invoked: number;
  readonly returned: number;
  readonly ok: boolean;
}

/**
 * Reads of registers with unique values that a linearizable store cannot give. *Stale*: a write was acknowledged before
 * the read began that began after the write it returned was acknowledged. *Back*: an earlier read, which returned before
 * this one began, had seen such a later write (in flight, or never acknowledged).
 */
export function registerViolations(done: readonly Done[]): { stale: number; back: number } {
  const keyOf = (value: Json) => (value as readonly Json[])[0] as number;
  const written = (value: Json) => (value as readonly Json[])[1] as number | null;
  const found = { stale: 0, back: 0 };
  const writes = new Map<number, Write>();
  const reads: { key: number; invoked: number; returned: number; saw: Write | undefined }[] = [];
  for (const { request, outcome, invoked, returned } of done)
    if (request.f === 'write')
      writes.set(written(request.value)!, { id: request.id, invoked, returned, ok: outcome.type === 'ok' });
  for (const { request, outcome, invoked, returned } of done)
    if (request.f === 'read' && outcome.type === 'ok' && request.at === undefined) {
      const value = written(outcome.value!);
      reads.push({
        key: keyOf(request.value),
        invoked,
        returned,
        saw: value === null ? undefined : writes.get(value)!,
      });
    }
  const precedes = (a: Write | undefined, b: Write) => a === undefined || (a.ok && a.returned < b.invoked);
  const byKey = new Map<number, Write[]>();
  for (const { request } of done) {
    if (request.f !== 'write') continue;
    const key = keyOf(request.value);
    const list = byKey.get(key) ?? [];
    byKey.set(key, list);
    list.push(writes.get(written(request.value)!)!);
  }
  for (const read of reads) {
    const later = (byKey.get(read.key) ?? []).filter((write) => precedes(read.saw, write));
    if (later.some((write) => write.ok && write.returned < read.invoked)) found.stale++;
    else if (
      reads.some(
        (other) =>
          other.key === read.key &&
          other.returned < read.invoked &&
          other.saw !== undefined &&
          precedes(read.saw, other.saw),
      )
    )
      found.back++;
  }
  return found;
}
