import { type HistoryColumns, INFO, NEVER } from './columns.ts';
import { nextSize } from './growable.ts';
import { type Column, type Memory, Shared } from './memory.ts';

type RowColumns = Pick<
  HistoryColumns,
  | 'n'
  | 'outcome'
  | 'process'
  | 'f'
  | 'workload'
  | 'inv'
  | 'ret'
  | 'invTime'
  | 'retTime'
  | 'shape'
  | 'x0'
  | 'x1'
  | 'x2'
  | 'flags'
  | 'node'
  | 'epoch'
>;

/** Places of four bytes in a table, as assembly/rows-layout.ts has them in bytes. */
const TABLE = 26;
export const Table = {
  rows: 0,
  room: 1,
  mops: 2,
  mopRoom: 3,
  lastIndex: 4,
  records: 5,
  invocations: 6,
  open: 7,
  openRoom: 8,
  columns: 9,
  mopColumns: 23,
} as const;

/** Bytes of a row, in all columns. */
const ROW = 51;

/**
 * The columns that have one place an operation, growing. A new row is an operation of unknown outcome.
 *
 * They lie in a memory that the scanner may share, and so does what is known of them: the scanner adds rows by itself.
 */
export class RowTable extends Shared {
  private room = 0;
  protected expectedRows = 0;
  protected outcome = new Uint8Array(0);
  protected process = new Int32Array(0);
  protected f = new Uint8Array(0);
  protected workload = new Uint8Array(0);
  protected inv = new Int32Array(0);
  protected ret = new Int32Array(0);
  protected invTime = new Float64Array(0);
  protected retTime = new Float64Array(0);
  protected shapes = new Uint8Array(0);
  protected c0 = new Int32Array(0);
  protected c1 = new Int32Array(0);
  protected c2 = new Int32Array(0);
  protected flags = new Uint8Array(0);
  protected node = new Int16Array(0);
  protected epoch = new Int32Array(0);

  constructor(memory: Memory) {
    super(memory, TABLE);
  }

  protected get n(): number {
    return this.get(Table.rows);
  }

  protected newRow(process: number, f: number, position: number, time: number): number {
    const row = this.n;
    this.set(Table.rows, row + 1);
    if (row === this.room) this.enlarge();
    this.process[row] = process;
    this.f[row] = f;
    this.inv[row] = position;
    this.invTime[row] = time;
    // Not filled in when the columns grow: each page of them would be touched twice.
    this.outcome[row] = INFO;
    this.ret[row] = NEVER;
    this.retTime[row] = Number.NaN;
    this.node[row] = -1;
    this.epoch[row] = -1;
    return row;
  }

  private enlarge(): void {
    const room = this.nextRoom(this.room, ROW, this.expectedRows);
    const inside = this.memory.takesColumns(ROW * room);
    const larger = <C extends Column>(column: C): C => this.memory.column(column, room, inside);
    this.outcome = larger(this.outcome);
    this.process = larger(this.process);
    this.f = larger(this.f);
    this.workload = larger(this.workload);
    this.inv = larger(this.inv);
    this.ret = larger(this.ret);
    this.invTime = larger(this.invTime);
    this.retTime = larger(this.retTime);
    this.shapes = larger(this.shapes);
    this.c0 = larger(this.c0);
    this.c1 = larger(this.c1);
    this.c2 = larger(this.c2);
    this.flags = larger(this.flags);
    this.node = larger(this.node);
    this.epoch = larger(this.epoch);
    this.room = room;
    this.set(Table.room, inside ? room : 0);
    const { outcome, process, f, workload, inv, ret, invTime, retTime, shapes, c0, c1, c2, node, epoch } =
      this;
    this.noteColumns(Table.columns, [
      outcome,
      process,
      f,
      workload,
      inv,
      ret,
      invTime,
      retTime,
      shapes,
      c0,
      c1,
      c2,
      node,
      epoch,
    ]);
  }

  /**
   * How many places columns get that have too few, of so many bytes in all. Where they lie in the memory, places that nobody uses yet
   * cost nothing, but those that the columns leave are lost: so they leave them less often.
   */
  protected nextRoom(room: number, bytes: number, expected: number): number {
    const ample = Math.max(256, 4 * room);
    return Math.max(this.memory.takesColumns(ample * bytes) ? ample : nextSize(room, 0), expected);
  }

  /** Notes where columns are. */
  protected noteColumns(first: number, columns: readonly Column[]): void {
    columns.forEach((column, i) => {
      this.set(first + i, column.byteOffset);
    });
  }

  protected columns(): RowColumns {
    const { n } = this;
    return {
      n,
      outcome: this.outcome.subarray(0, n),
      process: this.process.subarray(0, n),
      f: this.f.subarray(0, n),
      workload: this.workload.subarray(0, n),
      inv: this.inv.subarray(0, n),
      ret: this.ret.subarray(0, n),
      invTime: this.invTime.subarray(0, n),
      retTime: this.retTime.subarray(0, n),
      shape: this.shapes.subarray(0, n),
      x0: this.c0.subarray(0, n),
      x1: this.c1.subarray(0, n),
      x2: this.c2.subarray(0, n),
      flags: this.flags.subarray(0, n),
      node: this.node.subarray(0, n),
      epoch: this.epoch.subarray(0, n),
    };
  }
}
