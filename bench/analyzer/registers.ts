import { type Load, type Operation, simulate } from './clients.ts';
import type { Output } from './output.ts';
import { Random } from './random.ts';

export interface RegisterOptions extends Load {
  readonly seed: number;
  readonly keys: number;
  /** How many different values are written; 0 for a new one each time. */
  readonly values: number;
  readonly cas: boolean;
  /** One read at 95 % of the history returns what was overwritten at its beginning. */
  readonly stale: boolean;
}

/** Reads and writes (and compare-and-sets) of linearizable registers. */
export function writeRegisters(out: Output, options: RegisterOptions): void {
  const random = new Random(options.seed);
  const nil = out.edn ? 'nil' : 'null';
  const separator = out.edn ? ' ' : ',';
  const state = new Int32Array(options.keys).fill(-1);
  let fresh = options.values === 0 ? 0 : options.values + 1;
  let made = 0;
  let stale = false;
  const value = (): number => (options.values === 0 ? ++fresh : random.below(options.values));
  const text = (key: number, v: number | string): string => {
    const plain = v === -1 ? nil : String(v);
    return options.keys === 1 ? plain : `[${key}${separator}${plain}]`;
  };

  const write = (key: number, v: number): Operation => ({
    invoke: (p) => out.record(p, 'invoke', 'write', text(key, v)),
    effect: () => {
      state[key] = v;
    },
    complete: (p) => out.record(p, 'ok', 'write', text(key, v)),
  });
  const read = (key: number, old: number | null): Operation => {
    let seen = -1;
    return {
      invoke: (p) => out.record(p, 'invoke', 'read', text(key, -1)),
      effect: () => {
        seen = old ?? state[key]!;
      },
      complete: (p) => out.record(p, 'ok', 'read', text(key, seen)),
    };
  };
  const cas = (key: number, from: number, to: number): Operation => {
    let done = false;
    const pair = text(key, `[${from}${separator}${to}]`);
    return {
      invoke: (p) => out.record(p, 'invoke', 'cas', pair),
      effect: () => {
        done = state[key] === from;
        if (done) state[key] = to;
      },
      complete: (p) => out.record(p, done ? 'ok' : 'fail', 'cas', pair),
    };
  };
  const lost = (operation: Operation, f: string): Operation => ({
    ...operation,
    complete: (p) => out.record(p, 'info', f, nil),
  });

  simulate(random, options, (unknown) => {
    const n = made++;
    const key = options.keys === 1 ? 0 : random.below(options.keys);
    // What the stale read returns: a value of its own, so that no later write can explain it.
    if (n === 0 && options.stale) return write(0, options.values);
    const kind = random.below(options.cas ? 3 : 2);
    if (options.stale && !stale && n > 0.95 * options.operations && kind === 0 && !unknown) {
      stale = true;
      return read(0, options.values);
    }
    const operation =
      kind === 0
        ? read(key, null)
        : kind === 1
          ? write(key, value())
          : cas(key, Math.max(0, state[key]!), value());
    return unknown ? lost(operation, ['read', 'write', 'cas'][kind]!) : operation;
  });
  out.close();
}
