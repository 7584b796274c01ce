import type { Json } from '../history/op.ts';

/** A node (`n1`) or a client (`c7`). */
export type NodeId = string;

/** What a message says. Shape and error codes are those of the Maelstrom protocol. */
export interface Body {
  readonly type: string;
  readonly msg_id?: number;
  readonly in_reply_to?: number;
  readonly [field: string]: Json | undefined;
}

/**
 * A datagram: it may be lost, duplicated, reordered or late. Immutable from the moment it is sent: the simulator hands
 * the very object to the receiver.
 */
export interface Message {
  readonly src: NodeId;
  readonly dest: NodeId;
  readonly body: Body;
}

/**
 * What a node believes, told to whoever watches it. Travels out of band, never over a link that can be cut. Nothing is
 * ever ordered by it and no verdict needs it: a system that is a black box has none.
 *
 * Types in use: `role {role, epoch}`, `commit {position, epoch, digest}` (coalesced; `digest` covers the whole log up to
 * `position`), `apply {position}`, `vote {epoch, for}`, `truncate {from, to, epoch}`, `discard {writes}` (writes thrown
 * away, with their operation ids), `recovered {position}`, `duplicate {session, seq}`, `deposed-read {epoch}`,
 * `deposed-ack {epoch}`, `conflict`, `repair`.
 */
export interface ClusterEvent {
  readonly type: string;
  readonly [field: string]: Json | undefined;
}

/** How a disk operation ended. After a failure the file holds what it held before, or a part of what was appended. */
export type DiskResult = { readonly ok: true } | { readonly ok: false; readonly error: 'EIO' | 'ENOSPC' };

/**
 * A node's disk: named files, each a sequence of records. Every operation is started here and completes later through
 * `Replica.disk(tag, result)`, in any interleaving with messages and timers. Operations on one file take effect and
 * complete in the order they were started.
 *
 * Written and synced are different things. A crash of the process keeps what was written; a power failure keeps what
 * was synced and may tear the tail. The host frames each record with its length and checksum (storage/frames.ts).
 */
export interface Disk {
  /** Adds records at the end. Complete means written, not synced. Records are immutable from now on. */
  append(file: string, records: readonly Json[], tag: string): void;
  /** Complete means: all that was appended before this call survives a power failure. */
  sync(file: string, tag: string): void;
  /** Keeps the first `keep` records. Complete means written; sync makes it durable. */
  truncate(file: string, keep: number, tag: string): void;
  /** The whole content at once, atomically and durably (write aside, fsync, rename, fsync of the directory). */
  replace(file: string, records: readonly Json[], tag: string): void;
}

/** What the disk holds when a node starts: per file the records whose checksums are good, up to a torn tail. */
export type DiskImage = ReadonlyMap<string, readonly Json[]>;

/** Randomness, timers, clocks, messages: the part of a host that a client machine sees too. All times are nanoseconds. */
export interface BaseHost {
  readonly id: NodeId;
  /** How often this node has been started before: 0 on the first start. */
  readonly incarnation: number;
  /** Wall clock, nanoseconds. Can be bumped, strobed and skewed; never order anything by it that must be right. */
  wallClock(): number;
  /** Monotonic clock, nanoseconds. Only its rate may drift; runs on while the node is paused; drives timers and leases. */
  monotonic(): number;
  /**
   * A number in [0, 1), a pure function of the seed, this node and the arguments: of *what is decided*, never of how
   * many draws came before. Name the decision, then say which one: `random('election', term)`.
   */
  random(what: string, ...at: readonly number[]): number;
  /** Never blocks, promises nothing. Queues are bounded; what does not fit is dropped and counted. */
  send(dest: NodeId, body: Body): void;
  /** One shot, after `delay` ns of the monotonic clock; replaces the timer of that tag. */
  setTimer(tag: string, delay: number): void;
  clearTimer(tag: string): void;
}

/** All that a replica sees of the world. The simulator implements it, and the process host that runs in real processes. */
export interface Host extends BaseHost {
  readonly disk: Disk;
  emit(event: ClusterEvent): void;
}

/**
 * A node's program: a deterministic, event-driven state machine. No promises, no `node:` imports, no clock, timer or
 * randomness but its host's. Calls never nest: `send` and `disk` return before anything comes of them.
 */
export interface Replica {
  start(disk: DiskImage): void;
  receive(message: Message): void;
  timer(tag: string): void;
  disk(tag: string, result: DiskResult): void;
}
