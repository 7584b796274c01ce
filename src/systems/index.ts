import { leaderless } from './leaderless.ts';
import { raft } from './raft.ts';
import { singleLeader } from './single-leader.ts';
import type { System } from './system.ts';

/** Every system, by the order in which they are listed. */
export const systems: readonly System[] = [raft, singleLeader, leaderless];
