import { leaderless } from './leaderless.ts';
import { raft } from './raft.ts';
import type { System } from './system.ts';

/** Every system, a line each. */
export const systems: readonly System[] = [raft, leaderless];
