import { ErrorCode } from '../errors.ts';
import { Gate } from '../gate.ts';
import type { NodeId } from '../host.ts';
import { isReadOnly, malformed } from '../kv.ts';
import type { RequestBody } from '../wire.ts';
import type { Core } from './core.ts';
import type { Leadership } from './leadership.ts';
import type { Entry } from './log.ts';
import { Reads } from './reads.ts';
import { answer, refuse } from './replies.ts';

/** Entries that may wait for a quorum; a leader cut off must not pile up work without end. */
const BACKLOG = 10_000;
/** Positions at which every node tells the digest of its log, so that they can be compared. */
const STRIDE = 64;

interface Proposal {
  readonly src: NodeId;
  readonly to: number;
  readonly term: number;
}

/** What a node does for clients: takes requests, applies what is committed, answers. */
export class Service {
  private readonly core: Core;
  private readonly gate: Gate;
  private leadership: Leadership | undefined;
  private reads: Reads | undefined;
  /** Requests in the log, by position. They outlive the leadership: what it has earned may still be acknowledged. */
  private readonly proposals = new Map<number, Proposal>();
  /** Reads of this node's own state that must wait for a position. */
  private parked: { readonly src: NodeId; readonly request: RequestBody }[] = [];
  private reported = 0;
  private reportedAt = Number.NEGATIVE_INFINITY;

  constructor(core: Core) {
    this.core = core;
    this.gate = new Gate(core.host);
  }

  onRequest(src: NodeId, request: RequestBody): void {
    const { core } = this;
    if (!this.gate.admit(src, request)) return;
    const problem = malformed(request.f, request.value);
    const reading = problem === undefined && isReadOnly(request.f, request.value);
    if (problem !== undefined) refuse(core, src, request.msg_id, ErrorCode.malformed, problem);
    else if (reading && (request.local || core.options.reads === 'local')) this.readOwn(src, request);
    else if (this.leadership === undefined)
      refuse(core, src, request.msg_id, ErrorCode.unavailable, 'not the leader');
    else if (reading && core.options.reads !== 'log') this.reads!.read(src, request);
    else this.propose(src, request, this.leadership);
  }

  /** This node leads now. */
  lead(leadership: Leadership): void {
    this.leadership = leadership;
    this.reads = new Reads(this.core, leadership);
  }

  /** It led in `epoch` and does no more. Proposals stay: nobody knows yet what becomes of them. */
  deposed(epoch: number): void {
    const { reads } = this;
    this.leadership = undefined;
    this.reads = undefined;
    reads?.refuseAll(epoch);
  }

  /** Some reads may have become answerable. */
  confirm(): void {
    this.reads?.serve();
  }

  /** Applies what is committed and answers those who asked for it. */
  apply(): void {
    const { core } = this;
    const { log } = core;
    while (core.applied < core.commit) {
      const entry = log.get(core.applied + 1);
      core.applied = entry.i;
      core.digest = chain(core.digest, entry);
      this.execute(entry);
      if (entry.i % STRIDE === 0) this.report();
    }
    if (this.parked.length > 0) this.unpark();
    this.reads?.serve();
  }

  /** The log's entries from `position` on are gone; what became of them elsewhere this node cannot know. */
  truncated(position: number): void {
    for (const [at, proposal] of this.proposals) {
      if (at < position) continue;
      this.proposals.delete(at);
      refuse(this.core, proposal.src, proposal.to, ErrorCode.crash, 'deposed before it was decided');
    }
  }

  /** A snapshot has taken the place of everything up to `position`. */
  skipped(position: number): void {
    for (const [at, proposal] of this.proposals) {
      if (at > position) continue;
      this.proposals.delete(at);
      refuse(
        this.core,
        proposal.src,
        proposal.to,
        ErrorCode.crash,
        'deposed; a snapshot knows what became of it',
      );
    }
    if (this.parked.length > 0) this.unpark();
  }

  /** Tells how far this node is, at most once in `interval` ns, if there is news. */
  tick(interval: number): void {
    const now = this.core.host.monotonic();
    if (this.core.applied <= this.reported || now - this.reportedAt < interval) return;
    this.reportedAt = now;
    this.report();
  }

  private propose(src: NodeId, request: RequestBody, leadership: Leadership): void {
    const { core } = this;
    const { session, seq } = request;
    if (seq > 0) {
      const known = core.kv.remembered(session);
      if (known !== undefined && seq <= known.seq) {
        // What has been applied has been decided, whoever leads by now.
        core.host.emit({ type: 'duplicate', session, seq });
        if (seq === known.seq) answer(core, src, request.msg_id, known.result, core.term, known.position);
        return;
      }
    }
    if (core.log.last - core.commit >= BACKLOG) {
      refuse(core, src, request.msg_id, ErrorCode.unavailable, 'too much waits for a quorum');
      return;
    }
    const { id, f, space, value } = request;
    const position = core.log.last + 1;
    this.proposals.set(position, { src, to: request.msg_id, term: core.term });
    leadership.append({ id, session, seq, f, space, value });
  }

  private execute(entry: Entry): void {
    const { core, proposals } = this;
    if (entry.c === null) return;
    const result = core.kv.apply(entry.c, entry.i);
    if (core.kv.repeated && core.role === 'leader')
      core.host.emit({ type: 'duplicate', session: entry.c.session, seq: entry.c.seq });
    if (proposals.size === 0) return;
    const proposal = proposals.get(entry.i);
    if (proposal === undefined) return;
    proposals.delete(entry.i);
    if (proposal.term !== entry.t)
      refuse(core, proposal.src, proposal.to, ErrorCode.crash, 'deposed before it was decided');
    else {
      if (proposal.term !== core.term || core.role !== 'leader')
        core.host.emit({ type: 'deposed-ack', epoch: proposal.term });
      answer(core, proposal.src, proposal.to, result, proposal.term, entry.i);
    }
  }

  private readOwn(src: NodeId, request: RequestBody): void {
    const { core } = this;
    if (request.after > core.applied) {
      this.parked.push({ src, request });
      return;
    }
    const result = core.kv.query(request.f, request.space, request.value);
    // No epoch: it is not as a leader that a node says what it has.
    answer(core, src, request.msg_id, result, null, core.applied);
  }

  private unpark(): void {
    const { parked } = this;
    this.parked = [];
    for (const { src, request } of parked) this.readOwn(src, request);
  }

  private report(): void {
    const { core } = this;
    this.reported = core.applied;
    core.host.emit({ type: 'commit', position: core.applied, epoch: core.term, digest: core.digest });
  }
}

/** The digest of a log up to an entry, from that up to the one before. Operation ids are unique, so they tell entries apart. */
function chain(digest: number, entry: Entry): number {
  let h = Math.imul(digest ^ entry.t, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ (entry.c === null ? -1 : entry.c.id), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
