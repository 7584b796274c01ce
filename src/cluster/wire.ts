import type { Json } from '../history/op.ts';
import type { NodeId } from './host.ts';

/** What a client asks of a node. */
export type RequestBody = {
  readonly type: 'request';
  /** Counts this client's attempts, over all operations and nodes. */
  readonly msg_id: number;
  /** The incarnation of the node that this is meant for, -1 when the client does not know it yet (see `Gate`). */
  readonly to: number;
  /** The operation's id. */
  readonly id: number;
  readonly f: string;
  readonly space: string;
  readonly value: Json;
  /** Who asks, and which of its operations this is; every attempt of one operation says the same. */
  readonly session: string;
  /** From 1 up; 0 when the client asks without a session. */
  readonly seq: number;
  /** A node's own state may answer only once it has applied this position. */
  readonly after: number;
  /** Answer from this node's own state, whatever the configured reads are. */
  readonly local: boolean;
};

export type OkBody = {
  readonly type: 'ok';
  readonly in_reply_to: number;
  readonly value: Json;
  /** In which the answering node leads; null where it answers without leading. */
  readonly epoch: number | null;
  /** The log position of the write, or that the read saw. */
  readonly position: number;
  readonly incarnation: number;
};

export type ErrorBody = {
  readonly type: 'error';
  readonly in_reply_to: number;
  readonly code: number;
  readonly text: string;
  readonly epoch: number | null;
  /** Whom to ask instead. */
  readonly leader: NodeId | null;
  readonly incarnation: number;
};

export type ReplyBody = OkBody | ErrorBody;
