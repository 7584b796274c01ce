import { INFO, OK, R, Shape, UNREAD } from '../columns.ts';
import { type ListStore, NO_MATCH } from '../lists.ts';
import { PUT_OFF } from '../mops.ts';
import { INVOKE, listValue } from '../recorder.ts';
import { NIL } from '../values.ts';
import { FieldReader, NONE } from './fields.ts';
import {
  ALONE,
  FOUND,
  FUNCTION,
  KEY_AT,
  LIST_AT,
  MOP,
  NOTHING,
  Place,
  RECORD,
  TEXT,
  VALUE_AT,
} from './scanner.ts';
import { INCOMPLETE } from './window.ts';

/** `scalar` met something that is none. */
export const NOT_SCALAR = -0x80000000;

/** What ended a scan: that the record at `pos` needs the general way, or the end of one whose end the scanner has not seen. */
export const GENERAL = 0;
export const RESTED = 1;

/** Records as the scanner finds them, with what it leaves to be read: lists, strings, and fields that it does not know. */
export abstract class ScanningReader extends FieldReader {
  /** What the scalars of a list are read into. */
  protected ids = new Int32Array(64);
  /** What stands behind the key of a micro-operation. */
  private readonly separator: number;

  protected constructor(spaces: boolean, ends: Uint8Array, separator: string) {
    super(spaces, ends);
    this.separator = separator.charCodeAt(0);
  }

  /** The value id of the scalar at `pos`, and moves behind it; or NOT_SCALAR, and `pos` is anywhere. */
  protected abstract scalar(): number;
  /** The list of scalars at `pos` into `ids`, and moves behind it: how many; or −1, and `pos` is anywhere. */
  protected abstract scalars(): number;
  /** How many of the records from `pos` on the scanner knows; what it says of them lies in its memory. */
  protected abstract find(end: number): number;
  /** Whether the scanner knows the transaction at `pos`, of a record of this type. */
  protected abstract findTxn(type: number): boolean;
  /** Key by key, from `pos` until behind the record. False when it needs the general way. */
  protected abstract restOfFields(): boolean;

  /**
   * Takes in what the scanner finds from `pos` to `end`. Answers GENERAL in front of a record that needs the general way
   * (or at the end), RESTED behind one of which the scanner has not seen the end.
   */
  protected scan(end: number): number {
    const { at, line, lineStart } = this.scanner.code;
    for (;;) {
      const n = this.find(end);
      if (n === 0) return GENERAL;
      // Where the scanner stopped, before it is asked for the transactions of these records.
      const behind = at.value;
      const lastLine = line.value;
      const lastStart = lineStart.value;
      const how = this.takeAll(n);
      if (how !== NONE) return how;
      this.pos = behind;
      this.onLine(lastLine, lastStart);
    }
  }

  /** Keeps where a line begins that began before the window. */
  private onLine(line: number, lineStart: number): void {
    if (line === this.line) return;
    this.line = line;
    this.lineStart = lineStart;
  }

  private takeAll(n: number): number {
    const { ints } = this.scanner;
    // Once for all of them: what the scanner knows of a record leaves the other fields as they are.
    this.recorder.begin();
    let at = FOUND;
    for (let i = 0; i < n; i++) {
      this.onLine(ints[at + Place.line]!, ints[at + Place.lineStart]!);
      const { line, lineStart } = this;
      this.recorder.place = line;
      const next = this.takeOne(at);
      if (next === NONE) {
        this.pos = ints[at + Place.start]!;
        this.line = line;
        this.lineStart = lineStart;
        return GENERAL;
      }
      if (ints[at + Place.rest] !== 0) return RESTED;
      at = next;
    }
    return NONE;
  }

  /** Commits the record at `at` in the scanner's output, and says where the next one is; NONE when it needs the general way. */
  private takeOne(at: number): number {
    const { ints } = this.scanner;
    const type = ints[at + Place.type]!;
    const shape = ints[at + Place.shape]!;
    let next = at + RECORD;
    if (shape === Shape.Txn) {
      const n = ints[at + Place.a]!;
      if (!this.mops(next, n, type)) return NONE;
      next += MOP * n;
    }
    const unusual = type === INFO || shape === TEXT || ints[at + Place.rest] !== 0 || this.isNamed(at);
    if (!unusual) this.takeUsual(at, type, shape === NOTHING ? Shape.Scalar : (shape as Shape));
    else if (!this.takeUnusual(at, type, shape)) return NONE;
    return next;
  }

  private isNamed(at: number): boolean {
    const { ints } = this.scanner;
    return ints[at + Place.workload] !== 0 || (ints[at + Place.node]! & ints[at + Place.epoch]!) !== -1;
  }

  private takeUsual(at: number, type: number, shape: Shape | typeof PUT_OFF): void {
    const { ints, doubles } = this.scanner;
    const r = this.recorder;
    const process = ints[at + Place.process]!;
    const f = ints[at + Place.f]!;
    const index = ints[at + Place.index]!;
    const time = doubles[(at + Place.time) >> 1]!;
    const a = ints[at + Place.a]!;
    const b = ints[at + Place.b]!;
    const c = ints[at + Place.c]!;
    if (type === INVOKE) {
      r.invoke(process, f, index, time, shape, a, b, c);
      if (shape === PUT_OFF) this.putOffValue(a, b);
    } else r.complete(type, process, f, index, time, shape as Shape, a, b, c);
  }

  private takeUnusual(at: number, type: number, shape: number): boolean {
    const { ints, doubles } = this.scanner;
    const r = this.recorder;
    const f = ints[at + Place.f]!;
    const a = ints[at + Place.a]!;
    const b = ints[at + Place.b]!;
    if (shape === TEXT) {
      if (!this.delimited(a, b, type, f)) return false;
    } else if (shape !== Shape.Txn) {
      r.shape = shape === NOTHING ? Shape.Scalar : (shape as Shape);
      r.x0 = a;
      r.x1 = b;
      r.x2 = ints[at + Place.c]!;
      r.hasValue = r.shape !== Shape.Scalar || a !== NIL;
    }
    if (ints[at + Place.rest] !== 0) return this.rest(at);
    this.namesOf(at);
    const time = doubles[(at + Place.time) >> 1]!;
    r.commit(type, ints[at + Place.process]!, f, ints[at + Place.index]!, time);
    if (shape === PUT_OFF) this.putOffValue(a, b);
    return true;
  }

  /** Stages a value whose text the scanner has only delimited. False when it ends elsewhere. */
  private delimited(from: number, to: number, type: number, f: number): boolean {
    this.pos = from;
    this.recorder.begin();
    return this.ifComplete(() => this.stageValue(type, f)) && this.pos === to;
  }

  private namesOf(at: number): void {
    const { ints } = this.scanner;
    const r = this.recorder;
    r.stagedWorkload = ints[at + Place.workload]!;
    r.stagedNode = ints[at + Place.node]!;
    r.stagedEpoch = ints[at + Place.epoch]!;
  }

  /** Goes on where the scanner met a field that it does not know. */
  private rest(at: number): boolean {
    const { ints, doubles } = this.scanner;
    this.index = ints[at + Place.index]!;
    this.time = doubles[(at + Place.time) >> 1]!;
    this.process = ints[at + Place.process]!;
    this.type = ints[at + Place.type]!;
    this.f = ints[at + Place.f]!;
    const shape = ints[at + Place.shape];
    this.valueAt = shape === NOTHING ? NONE : 0;
    if (shape === NOTHING) this.recorder.begin();
    this.namesOf(at);
    this.pos = ints[at + Place.rest]!;
    let done = false;
    return this.ifComplete(() => (done = this.restOfFields() && this.complete())) && done;
  }

  /** A form that seems to go on behind the bytes is for the general way, which waits for more of them. */
  private ifComplete(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      return false;
    }
  }

  /** Stages the transaction at `pos` and moves behind it. False when the scanner does not know its spelling. */
  protected txn(type: number): boolean {
    if (!this.findTxn(type)) return false;
    const { ints, code } = this.scanner;
    const end = code.at.value;
    if (!this.mops(ALONE + RECORD, ints[ALONE + Place.a]!, type)) return false;
    this.pos = end;
    return true;
  }

  /** Stages `n` micro-operations. False when one is not what it seemed. */
  private mops(from: number, n: number, type: number): boolean {
    const { ints } = this.scanner;
    const r = this.recorder;
    while (r.mops + n > r.mopF.length) r.enlargeMops();
    const { mopF, mopKey, mopVal, mops } = r;
    for (let i = mops, at = from; i < mops + n; i++, at += MOP) {
      if (ints[at]! > FUNCTION && !this.lookUp(at, type)) return false;
      mopF[i] = ints[at]!;
      mopKey[i] = ints[at + 1]!;
      mopVal[i] = ints[at + 2]!;
    }
    r.stagedMops = n;
    r.shape = Shape.Txn;
    r.hasValue = true;
    return true;
  }

  /** Puts numbers where the micro-operation at `at` has addresses. False when what is there ends elsewhere, or is something else. */
  private lookUp(at: number, type: number): boolean {
    const { ints } = this.scanner;
    const code = ints[at]!;
    const f = code & FUNCTION;
    if ((code & KEY_AT) !== 0) {
      this.pos = ints[at + 1]!;
      const key = this.scalar();
      if (key === NOT_SCALAR || this.bytes[this.pos] !== this.separator) return false;
      ints[at + 1] = key;
    }
    if ((code & LIST_AT) !== 0) {
      this.pos = ints[at + 2]!;
      const list = type === OK ? this.list(ints[at + 1]!) : this.unread();
      if (list === NOT_SCALAR || this.pos !== ints[at + 3]) return false;
      ints[at + 2] = list;
    } else if ((code & VALUE_AT) !== 0) {
      this.pos = ints[at + 2]!;
      const value = this.scalar();
      if (value === NOT_SCALAR || this.pos !== ints[at + 3]) return false;
      ints[at + 2] = f === R && type !== OK ? UNREAD : value;
    }
    ints[at] = f;
    return true;
  }

  /** The list that was read, from behind its bracket at `pos`, as `mopVal` has it, and moves behind it; or NOT_SCALAR. */
  private list(key: number): number {
    const { reads } = this.recorder;
    const family = this.recorder.familyOf(key);
    const handle = this.matched(reads, family);
    if (handle !== NO_MATCH) return listValue(handle);
    this.pos--;
    const n = this.scalars();
    return n < 0 ? NOT_SCALAR : listValue(reads.put(family, this.ids, n));
  }

  /** A list in a read that is not known to have happened: it only has to be one. */
  private unread(): number {
    this.pos--;
    return this.scalars() < 0 ? NOT_SCALAR : UNREAD;
  }

  /** The list from behind its bracket at `pos`, if the scanner knows it as one of the family; then moves behind it. Else NO_MATCH. */
  protected matched(lists: ListStore, family: number): number {
    const { code } = this.scanner;
    const handle = code.match(lists.address, family, this.pos);
    if (handle !== NO_MATCH) this.pos = code.matchEnd.value;
    return handle;
  }
}
