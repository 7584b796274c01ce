import { type HistoryColumns, INFO, NEVER } from './columns.ts';
import { nextSize, resizedBytes, resizedDoubles, resizedInts } from './growable.ts';

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

/** The columns that have one place an operation, growing. A new row is an operation of unknown outcome. */
export class RowTable {
  protected n = 0;
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

  protected newRow(process: number, f: number, position: number, time: number): number {
    const row = this.n++;
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
    const room = Math.max(nextSize(this.room, 0), this.expectedRows);
    this.outcome = resizedBytes(this.outcome, room);
    this.process = resizedInts(this.process, room);
    this.f = resizedBytes(this.f, room);
    this.workload = resizedBytes(this.workload, room);
    this.inv = resizedInts(this.inv, room);
    this.ret = resizedInts(this.ret, room);
    this.invTime = resizedDoubles(this.invTime, room);
    this.retTime = resizedDoubles(this.retTime, room);
    this.shapes = resizedBytes(this.shapes, room);
    this.c0 = resizedInts(this.c0, room);
    this.c1 = resizedInts(this.c1, room);
    this.c2 = resizedInts(this.c2, room);
    this.flags = resizedBytes(this.flags, room);
    const node = new Int16Array(room);
    node.set(this.node);
    this.node = node;
    this.epoch = resizedInts(this.epoch, room);
    this.room = room;
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
