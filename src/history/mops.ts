import { type HistoryColumns, Shape } from './columns.ts';
import { nextSize, resizedBytes, resizedInts } from './growable.ts';
import { RowTable } from './rows.ts';

/**
 * In the column of shapes while a reader has put off the value of an invocation. Staged, x0 and x1 are the reader's own, and x2 is how
 * many micro-operations it seems to have.
 */
export const PUT_OFF = 255;

/** The columns of micro-operations, growing. Staged ones lie behind those that are some row's. */
export class MopTable extends RowTable {
  private expectedMops = 0;
  mops = 0;
  mopF = new Uint8Array(256);
  mopKey = new Int32Array(256);
  mopVal = new Int32Array(256);
  stagedMops = 0;

  /** `value`: a value id, UNREAD, NIL, or for a list `listValue(handle)`. */
  stageMop(f: number, key: number, value: number): void {
    const at = this.mops + this.stagedMops++;
    if (at >= this.mopF.length) this.enlargeMops();
    this.mopF[at] = f;
    this.mopKey[at] = key;
    this.mopVal[at] = value;
  }

  /** More room behind the staged micro-operations: the three columns are other arrays afterwards. */
  enlargeMops(): void {
    const room = Math.max(nextSize(this.mopF.length, 0), this.expectedMops);
    this.mopF = resizedBytes(this.mopF, room);
    this.mopKey = resizedInts(this.mopKey, room);
    this.mopVal = resizedInts(this.mopVal, room);
  }

  /** From what share of the input was read so far, makes one step of growth reach for all of it. */
  protected expectMops(share: number): void {
    this.expectedMops = Math.ceil((this.mops / share) * 1.02) + 64;
  }

  /** Keeps places for a put-off transaction, so that micro-operations come to lie in the order of rows. */
  protected reserve(row: number, mops: number): void {
    this.shapes[row] = PUT_OFF;
    this.c0[row] = this.mops;
    this.c1[row] = mops;
    this.mops += mops;
    while (this.mops > this.mopF.length) this.enlargeMops();
  }

  /** The staged micro-operations become the row's, in the places that it has if there are as many. */
  protected keepTxn(row: number, staged: number): void {
    const before = this.shapes[row];
    this.shapes[row] = Shape.Txn;
    if ((before !== Shape.Txn && before !== PUT_OFF) || this.c1[row] !== staged) {
      this.c0[row] = this.mops;
      this.c1[row] = staged;
      this.mops += staged;
      return;
    }
    const to = this.c0[row]!;
    const from = this.mops;
    const { mopF, mopKey, mopVal } = this;
    for (let i = 0; i < staged; i++) {
      mopF[to + i] = mopF[from + i]!;
      mopKey[to + i] = mopKey[from + i]!;
      mopVal[to + i] = mopVal[from + i]!;
    }
  }

  protected mopColumns(): Pick<HistoryColumns, 'mopF' | 'mopKey' | 'mopVal'> {
    return {
      mopF: this.mopF.subarray(0, this.mops),
      mopKey: this.mopKey.subarray(0, this.mops),
      mopVal: this.mopVal.subarray(0, this.mops),
    };
  }
}
