import type { Json } from '../history/op.ts';
import type { BaseHost, Message, NodeId } from './host.ts';

/** An operation as a client is asked to do it. */
export interface Request {
  /** Unique in the run; unique values and sessions' sequence numbers derive from it. */
  readonly id: number;
  readonly f: string;
  readonly value: Json;
  /** Separates the key spaces of mixed workloads: the store prefixes every key with it. */
  readonly space: string;
  /** A read after heal and recovery. */
  readonly final?: boolean;
  /** Read this node's own state, whatever the configured reads are: how replicas are compared after a run. */
  readonly at?: NodeId;
}

/** How an operation ended, as the history will record it. */
export interface Outcome {
  readonly type: 'ok' | 'fail' | 'info';
  /** The completed value; the request's where absent. */
  readonly value?: Json;
  readonly error?: Json;
  /** The node that gave the deciding reply and its epoch. */
  readonly node?: NodeId;
  readonly epoch?: number;
}

/**
 * A client is a machine on a host, like a replica: it may talk to several nodes for one operation, follow redirects,
 * time out, retry under the same (session, sequence). One machine a process, one operation at a time.
 *
 * If any attempt of an operation ended indeterminate the outcome is `info`, unless a session's reply settles it. A read
 * whose outcome is unknown may be a `fail`: it changed nothing.
 */
export interface ClientMachine {
  /** Exactly one call of `done` follows, unless the machine is closed before. Never calls `done` before returning. */
  invoke(request: Request, done: (outcome: Outcome) => void): void;
  receive(message: Message): void;
  timer(tag: string): void;
}

/** How a client is told of the cluster. `process` numbers the client; `home` is the node it prefers (sticky, nearest). */
export interface ClientSetup {
  readonly nodes: readonly NodeId[];
  readonly process: number;
  readonly home: NodeId;
  /** Nanoseconds after which an attempt, and the whole operation, is given up. */
  readonly attemptTimeout: number;
  readonly timeout: number;
}

export type ClientHost = BaseHost;
