import type { NodeId } from '../../cluster/host.ts';
import type { Json } from '../../history/op.ts';
import type { FabricOptions, LinkAction } from './fabric.ts';

/** What the processes of a local world say to each other out of band, a JSON object a line. */

export const SWITCHBOARD_VARIABLE = 'ORDEAL_SWITCHBOARD';

export interface SwitchboardConfig extends FabricOptions {
  readonly token: string;
}

export type SwitchboardOrder = { readonly order: number } & (
  | {
      readonly do: 'attach';
      readonly node: NodeId;
      readonly incarnation: number;
      readonly port: number;
      readonly pid: number;
    }
  | { readonly do: 'detach'; readonly node: NodeId }
  | { readonly do: 'links'; readonly action: LinkAction }
);

export type SwitchboardReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'answer'; readonly order: number; readonly error?: string }
  | { readonly type: 'counters'; readonly counters: { readonly [name: string]: number } };

/** To the supervisor. Children go by names that are never used twice. */
export type SupervisorOrder =
  | {
      readonly do: 'spawn';
      readonly child: string;
      readonly file: string;
      readonly args: readonly string[];
      readonly env: { readonly [name: string]: string };
      /** Where its output goes. */
      readonly log: string;
    }
  | { readonly do: 'signal'; readonly order: number; readonly child: string; readonly signal: Signal }
  | { readonly do: 'tell'; readonly child: string; readonly what: Json };

export type Signal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

export type SupervisorReport =
  | { readonly type: 'spawned'; readonly child: string; readonly pid: number }
  | { readonly type: 'not-spawned'; readonly child: string; readonly code: string; readonly message: string }
  | { readonly type: 'signalled'; readonly order: number; readonly error?: string }
  | {
      readonly type: 'ended';
      readonly child: string;
      readonly code: number | null;
      readonly signal: string | null;
    }
  | { readonly type: 'told'; readonly child: string; readonly what: Json };
