import type { z } from 'zod';
import type { ClientHost, ClientMachine, ClientSetup } from '../cluster/client.ts';
import type { Host, NodeId, Replica } from '../cluster/host.ts';

/** One guarantee that a configuration of a system claims to keep. */
export interface Claim {
  /** A consistency model (`linearizable`, `strict-serializable`, `read-your-writes`, …) or `no-lost-writes`, `convergence`, `no-split-brain`. */
  readonly model: string;
  /** The workload it is claimed for; every one when absent. */
  readonly workload?: string;
  /** Nemeses under which it is not claimed, with the reason in words. */
  readonly except?: readonly { readonly nemesis: string; readonly why: string }[];
}

/**
 * What is under test: how its nodes start, how a client talks to it, what it claims.
 *
 * `O` are its options after validation; their zod schema carries a description of each for `ordeal list`.
 */
export interface System<O = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType<O>;
  /** Which functions it serves (`read`, `write`, `cas`, `txn`, `add`): a workload that needs others is refused. */
  functions(options: O): readonly string[];
  /** Refuses a combination of options and cluster size, naming the option and what is allowed; undefined when fine. */
  validate?(options: O, nodes: readonly NodeId[]): string | undefined;
  claims(options: O): readonly Claim[];
  replica(host: Host, options: O, nodes: readonly NodeId[]): Replica;
  client(host: ClientHost, options: O, setup: ClientSetup): ClientMachine;
  /** Names of options whose value switches a known bug on, for `ordeal list`. */
  readonly bugs?: readonly string[];
}
