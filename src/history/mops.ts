import { type HistoryColumns, Shape } from './columns.ts';
import { RowTable, Table } from './rows.ts';

/**
 * In the column of shapes while a reader has put off the value of an invocation. Staged, x0 and x1 are the reader's own, and x2 is how
 * many micro-operations it seems to have.
 */
export const PUT_OFF = 255;

/** Bytes of a micro-operation, in all columns. */
const MOP = 9;

/** The columns of micro-operations, growing. Staged ones lie behind those that are some row's. */
export class MopTable extends RowTable {
  private expectedMops = 0;
  mopF = new Uint8Array(0);
  mopKey = new Int32Array(0);
  mopVal = new Int32Array(0);
  stagedMops = 0;

  /** Those that are some row's. */
  get mops(): number {
    return this.get(Table.mops);
  }

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
    const { memory } = this;
    const room = this.nextRoom(this.mopF.length, MOP, this.expectedMops);
    const inside = memory.takesColumns(MOP * room);
    this.mopF = memory.column(this.mopF, room, inside);
    this.mopKey = memory.column(this.mopKey, room, inside);
    this.mopVal = memory.column(this.mopVal, room, inside);
    this.set(Table.mopRoom, inside ? room : 0);
    this.noteColumns(Table.mopColumns, [this.mopF, this.mopKey, this.mopVal]);
  }

  /** From what share of the input was read so far, makes one step of growth reach for all of it. */
  protected expectMops(share: number): void {
    this.expectedMops = Math.ceil((this.mops / share) * 1.02) + 64;
  }

  /** Keeps places for a put-off transaction, so that micro-operations come to lie in the order of rows. */
  protected reserve(row: number, mops: number): void {
    this.shapes[row] = PUT_OFF;
    this.c0[row] = this.addMops(mops);
    this.c1[row] = mops;
    while (this.mops > this.mopF.length) this.enlargeMops();
  }

  /** So many more are some row's: the first of them. */
  private addMops(mops: number): number {
    const first = this.mops;
    this.set(Table.mops, first + mops);
    return first;
  }

  /** The staged micro-operations become the row's, in the places that it has if there are as many. */
  protected keepTxn(row: number, staged: number): void {
    const before = this.shapes[row];
    this.shapes[row] = Shape.Txn;
    if ((before !== Shape.Txn && before !== PUT_OFF) || this.c1[row] !== staged) {
      this.c0[row] = this.addMops(staged);
      this.c1[row] = staged;
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
