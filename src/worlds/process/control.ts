import type { ClusterEvent } from '../../cluster/host.ts';
import type { ClockAction, ClockState } from './clocks.ts';

/** What a world tells a node out of band. Every order is answered, by a paused node once it is resumed. */
export interface NodeOrder {
  readonly order: number;
  readonly clock: ClockAction;
}

/** What a node tells its world out of band. */
export type NodeReport =
  | { readonly type: 'listening'; readonly port: number }
  /** The program has been started. */
  | { readonly type: 'started' }
  | { readonly type: 'answer'; readonly order: number; readonly clock: ClockState }
  | {
      readonly type: 'event';
      readonly seq: number;
      /** Real time, then the node's own wall clock. */
      readonly time: number;
      readonly nodeTime: number;
      readonly event: ClusterEvent;
    }
  /** So many more messages did not fit into the queue. */
  | { readonly type: 'dropped'; readonly count: number };
