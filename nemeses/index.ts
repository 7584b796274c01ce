import { clock } from './clock.ts';
import { kill } from './kill.ts';
import type { Nemesis } from './nemesis.ts';
import { packet } from './packet.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';

/** Every nemesis, by the order in which they are listed. */
export const nemeses: readonly Nemesis[] = [partition, kill, pause, clock, packet];
