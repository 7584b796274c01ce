import { History } from './history.ts';
import type { Op } from './op.ts';
import { Recorder } from './recorder.ts';
import { addOp } from './stage.ts';

/**
 * Builds a `History` from records in order. An operation's value is its completion's where it is OK and has one, else
 * its invocation's. Throws HistoryError (its line is the number of the record, from 1) when indices are not ascending.
 */
export class HistoryBuilder {
  private readonly recorder = new Recorder('record', false);

  add(op: Op): void {
    addOp(this.recorder, op);
  }

  build(): History {
    return new History(this.recorder.finish(false));
  }
}

/** A history of these records. O(size). */
export function historyOf(ops: Iterable<Op>): History {
  return History.of(ops);
}
