import type { NodeId } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';
import type { ClockState } from './clocks.ts';

/** What a node's process is told when it is started, as JSON in its environment. */
export interface NodeConfig {
  /** The run it belongs to; what a peer must know to be listened to. */
  readonly token: string;
  readonly id: NodeId;
  readonly nodes: readonly NodeId[];
  readonly incarnation: number;
  readonly seed: number;
  /** A reading of the system's monotonic clock when the run began, ns, in decimal. */
  readonly epoch: string;
  /** The machine's clocks as its last incarnation left them. */
  readonly clock: ClockState;
  /** Where its disk is. */
  readonly directory: string;
  /** Bytes that may wait to be sent. */
  readonly queueLimit: number;
  /** Whatever the program needs to know; the host does not look at it. */
  readonly settings: Json;
}

export const NODE_VARIABLE = 'ORDEAL_NODE';

/** Reads a process's configuration. Throws where it is missing: the process was not started by a world. */
export function readConfig<C>(env: NodeJS.ProcessEnv, variable: string): C {
  const text = env[variable];
  if (text === undefined) throw new Error(`${variable} is not set: only a world starts this process`);
  return JSON.parse(text) as C;
}

/** Exit codes of a node that ends by itself. */
export const EXIT_CORRUPT_DISK = 65;
/** No port, no descriptors, no room: the surroundings, not the program. */
export const EXIT_ENVIRONMENT = 71;
/** The program threw. */
export const EXIT_PROGRAM = 70;
