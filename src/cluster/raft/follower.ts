import type { Json } from '../../history/op.ts';
import type { NodeId } from '../host.ts';
import type { Core } from './core.ts';
import type { AppendBody, InstallBody } from './messages.ts';
import { restoreSnapshot } from './snapshots.ts';

/** Messages kept that came before the one they follow. */
const STASH = 16;

/** What a node does with what its leader sends. */
export class Follower {
  private readonly core: Core;
  /** In which term the fields below hold. */
  private term = 0;
  /** Up to where the log is known to equal this term's leader's. */
  private verified = 0;
  /** The latest round seen, echoed in every answer: it confirms that the node was in this term after it was sent. */
  private round = 0;
  /** Whether an answer is owed as soon as more is durable. */
  private owes = false;
  private stash: AppendBody[] = [];
  private incoming: { readonly last: number; readonly records: Json[]; saving: boolean } | undefined;

  constructor(core: Core) {
    this.core = core;
  }

  onAppend(src: NodeId, body: AppendBody): void {
    const { core } = this;
    if (!this.accept(src, body.term, body.round)) return;
    if (body.prev > core.log.last && body.entries.length > 0 && this.verified > 0) {
      // The network reorders: what it follows is probably on its way. If it was lost, the next heartbeat brings it out.
      if (this.stash.length < STASH) this.stash.push(body);
      return;
    }
    if (!this.take(body)) return;
    for (let more = this.unstash(); more !== undefined; more = this.unstash()) if (!this.take(more)) break;
    core.journal.flush();
    if (core.journal.durable >= this.verified) this.acknowledge();
    else {
      this.owes = true;
      if (body.entries.length === 0) this.acknowledge();
    }
  }

  /** More of the log is durable. */
  durable(): void {
    const { role, term, leader } = this.core;
    // A follower that has given its leader up and asks around whether to stand has nobody to tell; it still owes.
    if (!this.owes || role !== 'follower' || this.term !== term || leader === undefined) return;
    this.owes = this.core.journal.durable < this.verified;
    this.acknowledge();
  }

  onInstall(src: NodeId, body: InstallBody): void {
    const { core } = this;
    if (!this.accept(src, body.term, body.round)) return;
    if (body.last <= core.commit) {
      // What is committed equals every leader's log.
      this.verified = Math.max(this.verified, core.commit);
      this.acknowledge();
      return;
    }
    if (this.incoming?.saving === true) return;
    if (this.incoming?.last !== body.last) this.incoming = { last: body.last, records: [], saving: false };
    const { incoming } = this;
    if (body.offset === incoming.records.length)
      for (const record of body.records) incoming.records.push(record);
    if (incoming.records.length === body.total) this.install(body, incoming.records);
    else
      core.send(src, {
        type: 'installed',
        term: core.term,
        last: body.last,
        have: incoming.records.length,
        round: this.round,
      });
  }

  /** Whether the message is of a leader of this term; then it has been heard. */
  private accept(src: NodeId, term: number, round: number): boolean {
    const { core } = this;
    if (term < core.term) {
      core.send(src, {
        type: 'appended',
        term: core.term,
        ok: false,
        match: -1,
        conflictTerm: 0,
        conflictAt: 0,
        round: 0,
      });
      return false;
    }
    if (term > core.term || core.role !== 'follower') core.follow(term, src);
    core.leader = src;
    if (this.term !== term) {
      this.term = term;
      this.verified = 0;
      this.round = 0;
      this.owes = false;
      this.stash = [];
      this.incoming = this.incoming?.saving === true ? this.incoming : undefined;
    }
    if (round > this.round) this.round = round;
    return true;
  }

  /** Makes the log equal the leader's as far as the message goes; false if the message could not be joined to it. */
  private take(body: AppendBody): boolean {
    const { core } = this;
    const { log } = core;
    const { prev, entries } = body;
    if (prev > log.last) return this.reject(prev, 0, log.last + 1);
    // What the snapshot covers is committed, hence equal.
    if (prev > log.base && log.term(prev) !== body.prevTerm && core.options.bug !== 'no-truncate')
      return this.reject(prev, log.term(prev), log.firstOfTerm(prev));
    for (let n = 0; n < entries.length; n++) {
      const entry = entries[n]!;
      if (entry.i > log.last) log.append(entry);
      else if (entry.i > log.base && log.term(entry.i) !== entry.t) {
        if (core.options.bug === 'no-truncate') continue;
        core.truncate(entry.i);
        log.append(entry);
      }
    }
    const end = prev + entries.length;
    if (end > this.verified) this.verified = end;
    core.commitTo(Math.min(body.commit, this.verified));
    return true;
  }

  private unstash(): AppendBody | undefined {
    const { stash } = this;
    if (stash.length === 0) return undefined;
    const at = stash.findIndex((body) => body.prev <= this.verified);
    return at < 0 ? undefined : stash.splice(at, 1)[0];
  }

  private acknowledge(): void {
    const { core } = this;
    core.send(core.leader!, {
      type: 'appended',
      term: core.term,
      ok: true,
      match: Math.min(this.verified, core.journal.durable),
      conflictTerm: 0,
      conflictAt: 0,
      round: this.round,
    });
  }

  private reject(prev: number, conflictTerm: number, conflictAt: number): false {
    const { core } = this;
    core.send(core.leader!, {
      type: 'appended',
      term: core.term,
      ok: false,
      match: prev,
      conflictTerm,
      conflictAt,
      round: this.round,
    });
    return false;
  }

  /** The snapshot is whole: on the disk first, then in the place of the state and of the log that it covers. */
  private install(body: InstallBody, records: readonly Json[]): void {
    const { core } = this;
    const head = { last: body.last, lastTerm: body.lastTerm, digest: body.digest };
    this.incoming!.saving = true;
    core.journal.saveSnapshot(head, records, (ok) => {
      this.incoming = undefined;
      if (!ok || head.last <= core.commit) return;
      restoreSnapshot(core, { head, records });
      core.journal.compact();
      if (core.role !== 'follower' || this.term !== core.term || core.leader === undefined) return;
      this.verified = Math.max(this.verified, head.last);
      this.acknowledge();
    });
  }
}
