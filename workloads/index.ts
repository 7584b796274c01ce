import { listAppend } from './list-append.ts';
import { register } from './register.ts';
import { session } from './session.ts';
import { set } from './set.ts';
import type { Workload } from './workload.ts';

/** Every workload, by the order in which they are listed. */
export const workloads: readonly Workload[] = [register, listAppend, set, session];
