import type { Json } from '../../history/op.ts';
import type { Result } from './command.ts';

interface Session {
  seq: number;
  result: Result;
  position: number;
}

/** The answer to the last command of a session, and the log position it was executed at. */
export interface Remembered {
  readonly seq: number;
  readonly result: Result;
  readonly position: number;
}

/**
 * Who asked what last, and what the answer was: part of the replicated state, so that a command applied a second time
 * is not executed a second time (Ongaro, Consensus: Bridging Theory and Practice, 2014, §6.3).
 *
 * Bounded: of two generations the older is forgotten whenever the newer is full, so at least the `capacity` sessions
 * last heard are known, at most twice as many, the same ones on every replica. A session forgotten while one of its
 * commands is still being retried executes that command twice; for that, `capacity` other sessions must be heard
 * between two attempts.
 */
export class Sessions {
  private young = new Map<string, Session>();
  private old = new Map<string, Session>();
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** What is remembered of a session. Changes nothing, not even what will be forgotten. O(1). */
  get(session: string): Remembered | undefined {
    return this.young.get(session) ?? this.old.get(session);
  }

  /** O(1). */
  put(session: string, seq: number, result: Result, position: number): void {
    const known = this.young.get(session);
    if (known !== undefined) {
      known.seq = seq;
      known.result = result;
      known.position = position;
      return;
    }
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(session, { seq, result, position });
  }

  /** Everything as records, with the generation each belongs to. */
  records(): Json[] {
    const records: Json[] = [];
    for (const [generation, sessions] of [this.old, this.young].entries())
      for (const [name, { seq, result, position }] of sessions)
        records.push(['session', generation, name, seq, result, position]);
    return records;
  }

  restore(record: Json): boolean {
    const [kind, generation, name, seq, result, position] = record as readonly [
      string,
      number,
      string,
      number,
      Result,
      number,
    ];
    if (kind !== 'session') return false;
    (generation === 0 ? this.old : this.young).set(name, { seq, result, position });
    return true;
  }
}
