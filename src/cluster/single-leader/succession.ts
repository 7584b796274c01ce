import type { NodeId } from '../host.ts';
import type { SuccessionBody } from './messages.ts';

/** How a leader that is held for dead gets a successor. */
export interface Succession {
  /** The leader has not been heard for this node's failover time. */
  suspect(): void;
  receive(src: NodeId, body: SuccessionBody): void;
  /** True if the timer was this. */
  timer(tag: string): boolean;
}
