import type { Emitted } from '../../src/generator/generator.ts';
import type { Json } from '../../src/history/op.ts';

export interface Answer {
  readonly type: 'ok' | 'fail' | 'info';
  readonly value?: Json;
}

/** How a store misbehaves; nothing: it is perfect. */
export interface Faults {
  /** Reads for which this holds see the state as it was so many operations ago. */
  readonly stale?: (id: number) => boolean;
  readonly age?: number;
  /** Writes that are acknowledged and not done. */
  readonly lose?: (id: number) => boolean;
  readonly outcome?: (op: Emitted, id: number) => 'fail' | 'info' | undefined;
  /** What a replica that is read by itself lacks: so many of the latest elements, when asked for the nth time. */
  readonly lag?: (node: string, asked: number) => number;
}

type State = Map<string, Json>;

/** Registers, lists and a set in one place, each operation done at its invocation: as strict as can be. */
export class Store {
  private readonly past: State[] = [new Map()];
  private readonly asked = new Map<string, number>();
  private readonly faults: Faults;

  constructor(faults: Faults = {}) {
    this.faults = faults;
  }

  do(op: Emitted, id: number): Answer {
    const type = this.faults.outcome?.(op, id) ?? 'ok';
    if (type === 'fail') return { type };
    const answer = this.execute(op, id);
    return type === 'info' ? { type } : answer;
  }

  private execute({ f, value, workload = '', at }: Emitted, id: number): Answer {
    const now = this.past.at(-1)!;
    const lost = this.faults.lose?.(id) === true;
    // The past is kept only where somebody looks at it.
    const after = this.faults.stale === undefined && !lost ? now : new Map(now);
    const stale = this.faults.stale?.(id) === true;
    const seen = stale ? (this.past.at(-1 - (this.faults.age ?? 20)) ?? this.past[0]!) : now;
    const name = (key: Json) => `${workload}/${f === 'txn' ? 'list' : 'register'}/${JSON.stringify(key)}`;
    const members = `${workload}/set`;
    const keep = (): void => {
      if (!lost && after !== now) this.past.push(after);
      if (this.past.length > 200) this.past.shift();
    };
    switch (f) {
      case 'txn': {
        const done = (value as readonly (readonly [string, Json, Json])[]).map(
          ([kind, key, element]): Json => {
            if (kind === 'r') return ['r', key, (stale ? seen : after).get(name(key)) ?? []];
            after.set(name(key), [...((after.get(name(key)) ?? []) as readonly Json[]), element]);
            return [kind, key, element];
          },
        );
        keep();
        return { type: 'ok', value: done };
      }
      case 'add':
        after.set(members, [...((after.get(members) ?? []) as readonly Json[]), value]);
        keep();
        return { type: 'ok' };
      case 'read': {
        if (value === null) {
          const all = (seen.get(members) ?? []) as readonly Json[];
          return { type: 'ok', value: at === undefined ? all : all.slice(0, all.length - this.lacking(at)) };
        }
        const [key] = value as readonly [Json];
        return { type: 'ok', value: [key, seen.get(name(key)) ?? null] };
      }
      case 'write': {
        const [key, written] = value as readonly [Json, Json];
        after.set(name(key), written);
        keep();
        return { type: 'ok' };
      }
      case 'cas': {
        const [key, [from, to]] = value as readonly [Json, readonly [Json, Json]];
        if ((after.get(name(key)) ?? null) !== from) return { type: 'fail' };
        after.set(name(key), to);
        keep();
        return { type: 'ok' };
      }
      default:
        throw new Error(`the store does not know ${f}`);
    }
  }

  private lacking(node: string): number {
    const asked = (this.asked.get(node) ?? 0) + 1;
    this.asked.set(node, asked);
    return this.faults.lag?.(node, asked) ?? 0;
  }
}
