import { FIRST_LIST, type HistoryColumns, INFO, NEVER, OK, R, Shape } from './columns.ts';
import { HistoryError } from './error.ts';
import { IdMap } from './idmap.ts';
import { type Decoder, decodesNothing, EMPTY_LIST, ListStore } from './lists.ts';
import { Memory } from './memory.ts';
import { MopTable, PUT_OFF } from './mops.ts';
import type { Json, Op } from './op.ts';
import { ProcessTable } from './process-table.ts';
import { Table } from './rows.ts';
import { NIL, ValueTable } from './values.ts';
import { Warnings } from './warnings.ts';

/** Type of an invocation's record, beside OK, FAIL and INFO. */
export const INVOKE = 3;

const RETIRED = -1;

/**
 * Where readers and the builder put records, one at a time: it pairs each invocation with its completion and fills the
 * columns of a `History`.
 *
 * Use: `begin()`, then stage the record's value (`shape`, `x0`… or micro-operations) and optional fields, then
 * `commit(…)`. Staged micro-operations lie behind the committed ones, so that a value can be parsed before its process
 * is known. No allocation per record.
 */
export class Recorder extends MopTable {
  readonly values = new ValueTable();
  /** Reads of lists inside transactions, a family a key; and other lists, a family a key and function. */
  readonly reads: ListStore;
  readonly plain: ListStore;
  readonly warnings = new Warnings();
  readonly nemesis: Op[] = [];
  /** What positions in messages count: `line` or `record`. */
  readonly unit: 'line' | 'record';

  /** The staged value. For lists x0 (List) or x1 (KeyedList) is a handle of `plain`, or EMPTY_LIST. */
  shape: Shape | typeof PUT_OFF = Shape.Scalar;
  x0 = NIL;
  x1 = 0;
  x2 = 0;
  hasValue = false;
  stagedWorkload = 0;
  stagedNode = -1;
  stagedEpoch = -1;
  stagedFinal = false;
  stagedError: Json | undefined = undefined;
  /** The line or record being read, for messages; and at which of its bytes, from 1. */
  place = 0;
  column = 1;

  private readonly open: ProcessTable;
  private readonly readFamily = new IdMap();
  private readonly plainFamily = new Map<number, number>();
  private readonly errors = new Map<number, Json>();
  private readonly told = new Map<number, number>();
  private readonly fs: string[] = [];
  private readonly fIds = new Map<string, number>();
  private readonly workloads: string[] = [''];
  private readonly workloadIds = new Map<string, number>([['', 0]]);
  private readonly nodes: string[] = [];
  private readonly nodeIds = new Map<string, number>();
  private lone = 0;
  private loneColumn = 0;
  private loneProcess = 0;

  /** All is kept in `memory`, with a `decoder` for its lists; `spaces`: whether a space may separate their elements. */
  constructor(
    unit: 'line' | 'record',
    spaces: boolean,
    memory = new Memory(),
    decoder: Decoder = decodesNothing,
  ) {
    super(memory);
    this.unit = unit;
    this.set(Table.lastIndex, -1);
    this.open = new ProcessTable(memory);
    this.placeOpen();
    this.reads = new ListStore(this.values, memory, spaces, decoder);
    this.plain = new ListStore(this.values, memory, spaces, decoder);
  }

  private placeOpen(): void {
    this.set(Table.open, this.open.address);
    this.set(Table.openRoom, this.open.room);
  }

  /** 1 + the row of the process's open invocation, 0 or RETIRED. */
  private setOpen(process: number, state: number): void {
    if (this.open.set(process, state)) this.placeOpen();
  }

  private count(place: number): void {
    this.set(place, this.get(place) + 1);
  }

  get records(): number {
    return this.get(Table.records);
  }

  private get lastIndex(): number {
    return this.get(Table.lastIndex);
  }

  begin(): void {
    this.shape = Shape.Scalar;
    this.x0 = NIL;
    this.hasValue = false;
    this.stagedMops = 0;
    this.stagedWorkload = 0;
    this.stagedNode = -1;
    this.stagedEpoch = -1;
    this.stagedFinal = false;
    this.stagedError = undefined;
  }

  fId(name: string): number {
    return name8(this.fs, this.fIds, name, 'functions', this.place);
  }

  fName(id: number): string {
    return this.fs[id]!;
  }

  workloadId(name: string): number {
    return name8(this.workloads, this.workloadIds, name, 'workloads', this.place);
  }

  nodeId(name: string): number {
    let id = this.nodeIds.get(name);
    if (id === undefined) {
      id = this.nodes.length;
      if (id > 0x7fff) throw new HistoryError(this.place, this.column, 'more than 32,768 different nodes');
      this.nodes.push(name);
      this.nodeIds.set(name, id);
    }
    return id;
  }

  /** The family of a key's reads inside transactions. */
  familyOf(key: number): number {
    const known = this.readFamily.get(key);
    if (known !== 0) return known - 1;
    const family = this.reads.newFamily();
    this.readFamily.set(key, family + 1);
    return family;
  }

  /** The family of plain lists of a function, and of a key if they are keyed. */
  plainFamilyOf(f: number, key: number): number {
    const slot = (f + 1) * 0x100000000 + key;
    let family = this.plainFamily.get(slot);
    if (family === undefined) this.plainFamily.set(slot, (family = this.plain.newFamily()));
    return family;
  }

  /** From what share of the input was read so far, makes one step of growth reach for all of it. */
  expect(share: number): void {
    this.expectedRows = Math.ceil((this.n / share) * 1.02) + 64;
    this.expectMops(share);
    this.reads.expect(share);
  }

  addNemesis(op: Op): void {
    this.count(Table.records);
    this.position(op.index ?? -1);
    this.nemesis.push(op);
  }

  /** Takes the staged record in. `index` −1 means none was given; `time` NaN likewise. */
  commit(type: number, process: number, f: number, index: number, time: number): void {
    this.count(Table.records);
    const position = this.position(index);
    const state = this.open.get(process);
    if (type === INVOKE) {
      this.count(Table.invocations);
      if (state > 0) this.twice(process, state - 1);
      else if (state === RETIRED) this.cameBack(process);
      const row = this.newRow(process, f, position, time);
      this.keepValue(row);
      this.keepFields(row);
      this.setOpen(process, row + 1);
      return;
    }
    let row = state - 1;
    if (state <= 0) {
      if (this.lone === 0) {
        this.lone = this.place;
        this.loneColumn = this.column;
        this.loneProcess = process;
      }
      row = this.newRow(process, f, position, time);
      this.keepValue(row);
    } else {
      if (this.f[row] !== f) this.otherF(row, f);
      if (type === OK && this.hasValue) this.keepValue(row);
      else if (type === INFO && this.hasValue) this.keepTold(row);
    }
    this.keepFields(row);
    this.outcome[row] = type;
    if (type === INFO) this.setOpen(process, RETIRED);
    else {
      this.ret[row] = position;
      this.retTime[row] = time;
      if (state > 0) this.setOpen(process, 0);
    }
  }

  /** The row of the last invocation. */
  lastRow(): number {
    return this.n - 1;
  }

  /** Whether the row's value is still put off: no completion has brought another. */
  isPutOff(row: number): boolean {
    return this.shapes[row] === PUT_OFF;
  }

  fOf(row: number): number {
    return this.f[row]!;
  }

  /** The staged value becomes the row's. */
  bringIn(row: number): void {
    this.keepValue(row);
  }

  /** The position that a record without index gets next. */
  nextIndex(): number {
    return this.lastIndex + 1;
  }

  private position(index: number): number {
    if (index < 0) return this.moveTo(this.lastIndex + 1);
    if (index <= this.lastIndex) {
      const what = index === this.lastIndex ? 'twice' : `after ${this.lastIndex}`;
      throw new HistoryError(
        this.place,
        this.column,
        `index ${index} comes ${what}: a history's records are in order of index`,
      );
    }
    if (index >= NEVER)
      throw new HistoryError(this.place, this.column, `index ${index} is too large (the limit is 2^31 − 2)`);
    return this.moveTo(index);
  }

  private moveTo(index: number): number {
    this.set(Table.lastIndex, index);
    return index;
  }

  /** The staged value becomes the row's. A new row has the shape of no transaction. */
  private keepValue(row: number): void {
    if (this.shape === PUT_OFF) this.reserve(row, this.x2);
    else if (this.shape === Shape.Txn) this.keepTxn(row, this.stagedMops);
    else this.keep(row, this.shape, this.x0, this.x1, this.x2);
  }

  private keep(row: number, shape: Shape, x0: number, x1: number, x2: number): void {
    this.shapes[row] = shape;
    this.c0[row] = x0;
    this.c1[row] = x1;
    this.c2[row] = x2;
  }

  /** The staged value of an INFO completion, if it says more than the invocation. */
  private keepTold(row: number): void {
    const { shape, x0, x1, x2, values } = this;
    const arity = shape === Shape.Scalar || shape === Shape.Other ? 1 : shape === Shape.Pair ? 2 : 3;
    if (arity === 3 && shape !== Shape.PairOfPair) return;
    const same =
      this.shapes[row] === shape &&
      this.c0[row] === x0 &&
      (arity < 2 || this.c1[row] === x1) &&
      (arity < 3 || this.c2[row] === x2);
    if (same) return;
    const second = arity === 2 ? values.value(x1) : [values.value(x1), values.value(x2)];
    this.told.set(row, arity === 1 ? x0 : values.id([values.value(x0), second]));
  }

  private keepFields(row: number): void {
    if (this.stagedWorkload !== 0) this.workload[row] = this.stagedWorkload;
    if (this.stagedNode >= 0) this.node[row] = this.stagedNode;
    if (this.stagedEpoch >= 0) this.epoch[row] = this.stagedEpoch;
    if (this.stagedFinal) this.flags[row] = 1;
    if (this.stagedError !== undefined) this.errors.set(row, this.stagedError);
  }

  private twice(process: number, row: number): void {
    const at = `process ${process} invokes while its operation of index ${this.inv[row]} is unfinished`;
    this.warnings.add('double invocation', `${this.at()}: ${at}; that one's outcome is taken as unknown`);
  }

  private cameBack(process: number): void {
    const what = `process ${process} goes on after an operation of unknown outcome, which should have retired it`;
    this.warnings.add('retired process', `${this.at()}: ${what}`);
    this.setOpen(process, 0);
  }

  private otherF(row: number, f: number): void {
    const what = `a completion of ${this.fs[f]} for an invocation of ${this.fs[this.f[row]!]}`;
    this.warnings.add('other function', `${this.at()}: ${what}; the invocation's is taken`);
  }

  private at(): string {
    return `${this.unit} ${this.place}`;
  }

  /**
   * The history read so far. `strict` refuses a completion without an invocation where other operations have one;
   * a history of completions only is fine.
   */
  finish(strict: boolean): HistoryColumns {
    if (this.lone > 0 && this.get(Table.invocations) > 0) {
      const what = `process ${this.loneProcess} completes an operation that it never invoked`;
      if (strict) throw new HistoryError(this.lone, this.loneColumn, what);
      this.warnings.add(
        'lone completion',
        `${this.unit} ${this.lone}: ${what}; it is taken as instantaneous`,
      );
    }
    const { elements, offset, length } = this.layLists();
    return {
      ...this.columns(),
      ...this.mopColumns(),
      listOffset: offset,
      listLength: length,
      elements,
      values: this.values,
      fs: this.fs,
      workloads: this.workloads,
      nodes: this.nodes,
      nemesis: this.nemesis,
      errors: this.errors,
      told: this.told,
      records: this.records,
      warnings: this.warnings.texts(),
    };
  }

  /** Lays out all lists, gives equal reads one handle, and turns handles of plain lists into places. */
  private layLists(): { elements: Int32Array; offset: Int32Array; length: Int32Array } {
    const reads = this.reads.finish(true);
    const same = reads.same;
    if (same !== null) {
      const mopVal = this.mopVal;
      for (let i = 0; i < this.mops; i++)
        if (this.mopF[i] === R && mopVal[i]! <= FIRST_LIST)
          mopVal[i] = listValue(same[FIRST_LIST - mopVal[i]!]!);
    }
    if (this.plain.handles === 0 && this.plainFamily.size === 0)
      return { elements: reads.elements, offset: reads.offset, length: reads.length };
    const plain = this.plain.finish(false);
    const base = reads.elements.length;
    const elements = new Int32Array(base + plain.elements.length);
    elements.set(reads.elements);
    elements.set(plain.elements, base);
    for (let row = 0; row < this.n; row++) {
      const shape = this.shapes[row];
      const [place, size] = shape === Shape.List ? [this.c0, this.c1] : [this.c1, this.c2];
      if (shape !== Shape.List && shape !== Shape.KeyedList) continue;
      const h = place[row]!;
      place[row] = h === EMPTY_LIST ? 0 : base + plain.offset[h]!;
      size[row] = h === EMPTY_LIST ? 0 : plain.length[h]!;
    }
    return { elements, offset: reads.offset, length: reads.length };
  }
}

/** A list handle, or EMPTY_LIST, as `mopVal` has it. */
export function listValue(handle: number): number {
  return handle === EMPTY_LIST ? NIL : FIRST_LIST - handle;
}

function name8(names: string[], ids: Map<string, number>, name: string, what: string, place: number): number {
  let id = ids.get(name);
  if (id === undefined) {
    id = names.length;
    if (id > 255) throw new HistoryError(place, 1, `more than 256 different ${what}`);
    names.push(name);
    ids.set(name, id);
  }
  return id;
}
