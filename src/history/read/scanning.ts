import { OK, R, Shape, UNREAD } from '../columns.ts';
import { type ListStore, NO_MATCH } from '../lists.ts';
import { PUT_OFF } from '../mops.ts';
import { listValue } from '../recorder.ts';
import { NIL } from '../values.ts';
import { FieldReader, NONE } from './fields.ts';
import {
  ALONE,
  FOUND,
  FUNCTION,
  KEY_AT,
  LIST_AT,
  MOP,
  MOPS,
  NOTHING,
  Place,
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
  /** Lets the scanner take in what it knows from `pos` on, and moves behind that. True when it has left the last record to be taken in. */
  protected abstract find(end: number): boolean;
  /** Whether the scanner knows the transaction at `pos`, of a record of this type. */
  protected abstract findTxn(type: number): boolean;
  /** Key by key, from `pos` until behind the record. False when it needs the general way. */
  protected abstract restOfFields(): boolean;

  /**
   * Takes in what the scanner knows from `pos` to `end`. Answers GENERAL in front of a record that needs the general way
   * (or at the end), RESTED behind one of which the scanner has not seen the end.
   */
  protected scan(end: number): number {
    while (this.find(end)) {
      // The scanner may be asked for the transactions of this record.
      const { pos, line, lineStart } = this;
      const how = this.takeOne();
      if (how !== NONE) return how;
      this.pos = pos;
      this.onLine(line, lineStart);
    }
    return GENERAL;
  }

  /** Moves to where the scanner has stopped. */
  protected moveOn(): void {
    const { at, line, lineStart } = this.scanner.code;
    this.pos = at.value;
    this.onLine(line.value, lineStart.value);
  }

  /** Keeps where a line begins that began before the window. */
  private onLine(line: number, lineStart: number): void {
    if (line === this.line) return;
    this.line = line;
    this.lineStart = lineStart;
  }

  /**
   * Commits the record that the scanner has left: NONE; or RESTED, behind the rest of it. Answers GENERAL, at its beginning, when it needs
   * the general way.
   */
  private takeOne(): number {
    const { ints } = this.scanner;
    const line = ints[FOUND + Place.line]!;
    const lineStart = ints[FOUND + Place.lineStart]!;
    this.onLine(line, lineStart);
    this.readsFrom(ints[FOUND + Place.start]!);
    this.recorder.begin();
    if (this.stageFound()) {
      if (ints[FOUND + Place.rest] === 0) {
        this.commitFound();
        return NONE;
      }
      if (this.rest()) return RESTED;
    }
    this.pos = ints[FOUND + Place.start]!;
    this.line = line;
    this.lineStart = lineStart;
    return GENERAL;
  }

  /** Stages the value of the record found. False when it is not what it seemed. */
  private stageFound(): boolean {
    const { ints } = this.scanner;
    const type = ints[FOUND + Place.type]!;
    const shape = ints[FOUND + Place.shape]!;
    const a = ints[FOUND + Place.a]!;
    const b = ints[FOUND + Place.b]!;
    if (shape === Shape.Txn) return this.mops(MOPS, a, type);
    if (shape === TEXT) return this.delimited(a, b, type, ints[FOUND + Place.f]!);
    const r = this.recorder;
    r.shape = shape === NOTHING ? Shape.Scalar : (shape as Shape);
    r.x0 = a;
    r.x1 = b;
    r.x2 = ints[FOUND + Place.c]!;
    r.hasValue = r.shape !== Shape.Scalar || a !== NIL;
    return true;
  }

  private commitFound(): void {
    const { ints } = this.scanner;
    const type = ints[FOUND + Place.type]!;
    const shape = ints[FOUND + Place.shape]!;
    this.namesOf();
    const r = this.recorder;
    r.commit(
      type,
      ints[FOUND + Place.process]!,
      ints[FOUND + Place.f]!,
      ints[FOUND + Place.index]!,
      this.foundTime(),
    );
    if (shape === PUT_OFF) this.putOffValue(r.x0, r.x1);
  }

  private foundTime(): number {
    return this.scanner.doubles[(FOUND + Place.time) >> 1]!;
  }

  /** Stages a value whose text the scanner has only delimited. False when it ends elsewhere. */
  private delimited(from: number, to: number, type: number, f: number): boolean {
    this.pos = from;
    return this.ifComplete(() => this.stageValue(type, f)) && this.pos === to;
  }

  private namesOf(): void {
    const { ints } = this.scanner;
    const r = this.recorder;
    r.stagedWorkload = ints[FOUND + Place.workload]!;
    r.stagedNode = ints[FOUND + Place.node]!;
    r.stagedEpoch = ints[FOUND + Place.epoch]!;
  }

  /** Goes on where the scanner met a field that it does not know. */
  private rest(): boolean {
    const { ints } = this.scanner;
    this.index = ints[FOUND + Place.index]!;
    this.time = this.foundTime();
    this.process = ints[FOUND + Place.process]!;
    this.type = ints[FOUND + Place.type]!;
    this.f = ints[FOUND + Place.f]!;
    this.valueAt = ints[FOUND + Place.shape] === NOTHING ? NONE : 0;
    this.namesOf();
    this.pos = ints[FOUND + Place.rest]!;
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
    const { code } = this.scanner;
    const end = code.at.value;
    if (!this.mops(ALONE, code.mopCount.value, type)) return false;
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
