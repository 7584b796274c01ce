import type { RequestBody } from '../wire.ts';
import type { Cell } from './cells.ts';

/** Asks a replica for the versions it holds: of one cell, or of a whole scope when `name` is null. */
export type GetBody = {
  readonly type: 'get';
  readonly msg_id: number;
  readonly scope: string;
  readonly name: string | null;
};

export type GetOkBody = {
  readonly type: 'get_ok';
  readonly in_reply_to: number;
  readonly cells: readonly Cell[];
};

/** Offers versions to a replica. It answers once it has them on its disk, or something newer. */
export type PutBody = {
  readonly type: 'put';
  readonly msg_id: number;
  readonly cells: readonly Cell[];
  /** Sent by read repair: nobody waits for the answer. */
  readonly repair: boolean;
};

export type PutOkBody = { readonly type: 'put_ok'; readonly in_reply_to: number };

/** What a client asks of a coordinating node: the common request, and the client's stamp if it is the client who stamps. */
export type CoordinateBody = RequestBody & { readonly stamp: number | null };
