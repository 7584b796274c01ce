import type { Core, Snapshot } from './core.ts';

/**
 * Puts a snapshot in the place of the state and of the part of the log that it covers. Entries after it are kept if the
 * log has its last entry, because then they follow it (Ongaro & Ousterhout 2014, §7).
 */
export function restoreSnapshot(core: Core, snapshot: Snapshot): void {
  const { log } = core;
  const { head, records } = snapshot;
  core.kv.restore(records);
  if (log.term(head.last) === head.lastTerm && head.last > log.base) log.compact(head.last);
  else {
    log.reset(head.last, head.lastTerm);
    core.parts.truncated(head.last + 1);
  }
  core.snapshot = snapshot;
  core.applied = head.last;
  core.digest = head.digest;
  core.parts.installed(head.last);
  core.commitTo(head.last);
}

/** Takes snapshots of the state and lets the log forget what they cover. */
export class Snapshots {
  private readonly core: Core;
  private taking = false;
  /** Where the last attempt was made: a full disk is not tried again with every entry. */
  private tried = 0;

  constructor(core: Core) {
    this.core = core;
  }

  /** Takes one if enough has been applied since the last. O(state) when it does. */
  consider(): void {
    const { core } = this;
    const since = Math.max(core.snapshot?.head.last ?? 0, this.tried);
    if (this.taking || core.applied - since < core.options.snapshotEvery) return;
    const head = { last: core.applied, lastTerm: core.log.term(core.applied), digest: core.digest };
    const records = core.kv.snapshot();
    this.taking = true;
    this.tried = head.last;
    core.journal.saveSnapshot(head, records, (ok) => {
      this.taking = false;
      if (ok && head.last > (core.snapshot?.head.last ?? 0)) this.taken({ head, records });
    });
  }

  /** Only a durable snapshot may stand for entries. Some of them stay, for followers a little behind. */
  private taken(snapshot: Snapshot): void {
    const { core } = this;
    core.snapshot = snapshot;
    const keep = Math.floor(core.options.snapshotEvery / 4);
    const to = snapshot.head.last - keep;
    if (to <= core.log.base) return;
    core.log.compact(to);
    core.journal.compact();
  }
}
