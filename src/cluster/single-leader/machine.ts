import type { Json } from '../../history/op.ts';
import { hash } from '../../random.ts';
import { Kv, type Result } from '../kv.ts';
import type { DurableLog } from './log.ts';

/**
 * The state that the applied part of the log comes to. When a part that was applied is thrown away (which asynchronous
 * replication allows) the rest is executed anew: O(log).
 */
export class Machine {
  private readonly log: DurableLog;
  private kv = new Kv();
  private position = 0;
  /** Of all entries executed, in order: equal on two nodes that executed the same. */
  digest = 0;

  constructor(log: DurableLog) {
    this.log = log;
  }

  /** The last position executed. */
  get applied(): number {
    return this.position;
  }

  /** Executes the log up to a position; `each` hears what every command came to. */
  advance(to: number, each?: (position: number, result: Result) => void): void {
    while (this.position < to) {
      const position = ++this.position;
      const { command, epoch } = this.log.at(position)!;
      this.digest = hash(this.digest, [epoch, command?.id ?? -1]);
      if (command === null) continue;
      const result = this.kv.apply(command, position);
      each?.(position, result);
    }
  }

  /** The log has been cut to `keep` entries. */
  cut(keep: number): void {
    if (keep >= this.position) return;
    this.kv = new Kv();
    this.position = 0;
    this.digest = 0;
    this.advance(keep);
  }

  query(f: string, space: string, value: Json): Result {
    return this.kv.query(f, space, value);
  }
}
