import type { Json } from '../history/op.ts';
import { ErrorCode } from './errors.ts';
import { type Command, isReadOnly, type Result } from './kv/command.ts';
import type { Remembered } from './kv/sessions.ts';
import { Sessions } from './kv/sessions.ts';
import { Store } from './kv/store.ts';

export type { Command, Result } from './kv/command.ts';
export { isReadOnly, malformed } from './kv/command.ts';
export type { Remembered } from './kv/sessions.ts';

/** Sessions that a replica certainly remembers; clients at work at one time are far fewer. */
const SESSIONS = 4096;

const OUTDATED: Result = { ok: false, code: ErrorCode.abort, text: 'the session has moved on' };

/**
 * The replicated state machine: registers, lists and sets by space and key, and the sessions of those who asked.
 * Deterministic. Commands must have passed `malformed`.
 */
export class Kv {
  /** Whether the last command applied was a repetition, and so not executed. */
  repeated = false;
  private store = new Store();
  private sessions = new Sessions(SESSIONS);

  /** Executes the command at a log position, once per session and sequence: a repetition gets the first one's result. */
  apply(command: Command, position: number): Result {
    this.repeated = false;
    // Reading twice harms nobody and is not worth remembering.
    if (command.seq === 0 || isReadOnly(command.f, command.value))
      return this.store.execute(command.f, command.space, command.value);
    const known = this.sessions.get(command.session);
    if (known !== undefined && command.seq <= known.seq) {
      this.repeated = true;
      return command.seq === known.seq ? known.result : OUTDATED;
    }
    const result = this.store.execute(command.f, command.space, command.value);
    this.sessions.put(command.session, command.seq, result, position);
    return result;
  }

  /** Answers a read-only request from the state as it is. */
  query(f: string, space: string, value: Json): Result {
    return this.store.execute(f, space, value);
  }

  /** What the last command of a session came to. */
  remembered(session: string): Remembered | undefined {
    return this.sessions.get(session);
  }

  /** Everything as records, O(state); unaffected by what is applied later. */
  snapshot(): Json[] {
    return [...this.store.records(), ...this.sessions.records()];
  }

  /** Replaces everything by what `snapshot` gave. Throws on a record that is none of a snapshot's. */
  restore(records: readonly Json[]): void {
    this.store = new Store();
    this.sessions = new Sessions(SESSIONS);
    for (const record of records)
      if (!this.store.restore(record) && !this.sessions.restore(record))
        throw new Error(`not a record of a snapshot: ${JSON.stringify(record)}`);
  }
}
