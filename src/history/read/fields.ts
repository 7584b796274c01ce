import { FAIL, INFO, OK, R, Shape, UNREAD } from '../columns.ts';
import { NO_MATCH } from '../lists.ts';
import type { Json } from '../op.ts';
import { INVOKE, listValue, PUT_OFF, type Recorder } from '../recorder.ts';
import { NIL } from '../values.ts';
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
import { Tokens } from './tokens.ts';
import { HistoryReader, INCOMPLETE } from './window.ts';

/** A field that was not seen; also what the fast ways answer to what is for the general way. */
export const NONE = -1;
const ZERO = 0x30;

/** `scalar` met something that is none. */
export const NOT_SCALAR = -0x80000000;

/** What ended a scan: that the record at `pos` needs the general way, or the end of one whose end the scanner has not seen. */
export const GENERAL = 0;
export const RESTED = 1;

/** The fields of a record by number. */
export const Field = {
  index: 0,
  time: 1,
  process: 2,
  type: 3,
  f: 4,
  value: 5,
  workload: 6,
  error: 7,
  node: 8,
  epoch: 9,
  final: 10,
  other: 11,
} as const;

const TYPES: { readonly [type: string]: number } = { invoke: INVOKE, ok: OK, fail: FAIL, info: INFO };

/** Records field by field, whatever the spelling: what was seen of one so far, and how each field is taken. */
export abstract class FieldReader extends HistoryReader {
  protected readonly fieldNames: Tokens;
  protected readonly typeNames: Tokens;
  protected readonly fNames: Tokens;
  private readonly workloadNames: Tokens;
  private readonly nodeNames: Tokens;
  protected index = NONE;
  protected time = Number.NaN;
  protected process = NONE;
  protected type = NONE;
  protected f = NONE;
  /** Below NONE: skipped, to be read when type and f are known. */
  protected valueAt = NONE;
  /** What the scalars of a list are read into. */
  protected ids = new Int32Array(64);
  /** By byte: 1 for what may stand behind an integer. */
  private readonly ends: Uint8Array;
  /** What stands behind the key of a micro-operation. */
  private readonly separator: number;

  protected constructor(recorder: Recorder, ends: Uint8Array, separator: string) {
    super(recorder);
    this.ends = ends;
    this.separator = separator.charCodeAt(0);
    this.fieldNames = new Tokens((from, to) => {
      const field = this.nameText(from, to);
      return Object.hasOwn(Field, field) ? Field[field as keyof typeof Field] : Field.other;
    });
    this.typeNames = new Tokens((from, to) => {
      const type = this.nameText(from, to);
      return Object.hasOwn(TYPES, type) ? TYPES[type]! : this.unknownType(type, from);
    });
    this.fNames = new Tokens((from, to) => {
      const f = recorder.fId(this.nameText(from, to));
      this.scanner.code.addFunction(from, to - from, f);
      return f;
    });
    this.workloadNames = new Tokens((from, to) => recorder.workloadId(this.nameText(from, to)));
    this.nodeNames = new Tokens((from, to) => recorder.nodeId(this.nameText(from, to)));
  }

  /** The name that a token spells. */
  protected abstract nameText(from: number, to: number): string;
  protected abstract unknownType(type: string, from: number): never;
  /** The number of the name at `pos`, and moves behind it; or NONE. */
  protected abstract name(names: Tokens): number;
  /** The value id of the scalar at `pos`, and moves behind it; or NOT_SCALAR, and `pos` is anywhere. */
  protected abstract scalar(): number;
  /** The list of scalars at `pos` into `ids`, and moves behind it: how many; or −1, and `pos` is anywhere. */
  protected abstract scalars(): number;
  /** How many of the records from `pos` on the scanner knows; what it says of them lies in its memory. */
  protected abstract find(end: number): number;
  /** Whether the scanner knows the transaction at `pos`. */
  protected abstract findTxn(): boolean;
  /** Key by key, from `pos` until behind the record. False when it needs the general way. */
  protected abstract restOfFields(): boolean;
  /** Any value, and moves behind it. */
  protected abstract anything(): Json;
  /** Only moves behind it. */
  protected abstract pass(): void;

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
    const { ints, doubles } = this.scanner;
    const r = this.recorder;
    r.begin();
    const type = ints[at + Place.type]!;
    const f = ints[at + Place.f]!;
    const shape = ints[at + Place.shape]!;
    const a = ints[at + Place.a]!;
    let next = at + RECORD;
    if (shape === Shape.Txn) {
      if (!this.mops(next, a, type)) return NONE;
      next += MOP * a;
    } else if (shape === TEXT) {
      if (!this.delimited(a, ints[at + Place.b]!, type, f)) return NONE;
    } else if (shape !== NOTHING) {
      r.shape = shape as Shape;
      r.x0 = a;
      r.x1 = ints[at + Place.b]!;
      r.x2 = ints[at + Place.c]!;
      r.hasValue = shape !== Shape.Scalar || a !== NIL;
    }
    if (ints[at + Place.rest] !== 0) return this.rest(at) ? next : NONE;
    const time = doubles[(at + Place.time) >> 1]!;
    r.commit(type, ints[at + Place.process]!, f, ints[at + Place.index]!, time);
    if (shape === PUT_OFF) this.putOffValue(a, ints[at + Place.b]!);
    return next;
  }

  /** Stages a value whose text the scanner has only delimited. False when it ends elsewhere. */
  private delimited(from: number, to: number, type: number, f: number): boolean {
    this.pos = from;
    return this.ifComplete(() => this.stageValue(type, f)) && this.pos === to;
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
    if (!this.findTxn()) return false;
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
    for (let i = 0, at = from; i < n; i++, at += MOP) {
      const code = ints[at]!;
      let key = ints[at + 1]!;
      let value = ints[at + 2]!;
      if ((code & KEY_AT) !== 0) {
        this.pos = key;
        key = this.scalar();
        if (key === NOT_SCALAR || this.bytes[this.pos] !== this.separator) return false;
      }
      if ((code & LIST_AT) !== 0) {
        value = type === OK ? this.list(key, value, ints[at + 3]!) : this.unread(value, ints[at + 3]!);
        if (value === NOT_SCALAR) return false;
      } else if ((code & VALUE_AT) !== 0) {
        this.pos = value;
        value = this.scalar();
        if (value === NOT_SCALAR || this.pos !== ints[at + 3]) return false;
      }
      const f = code & FUNCTION;
      mopF[mops + i] = f;
      mopKey[mops + i] = key;
      mopVal[mops + i] = f === R && type !== OK ? UNREAD : value;
    }
    r.stagedMops = n;
    r.shape = Shape.Txn;
    r.hasValue = true;
    return true;
  }

  /** A list that was read, from behind its bracket: as `mopVal` has it; NOT_SCALAR when it does not end at `end`. */
  private list(key: number, from: number, end: number): number {
    const { reads } = this.recorder;
    const family = this.recorder.familyOf(key);
    const handle = reads.match(family, this.bytes, this.view, from, this.limit);
    if (handle !== NO_MATCH) return reads.end === end ? listValue(handle) : NOT_SCALAR;
    this.pos = from - 1;
    const n = this.scalars();
    return n < 0 || this.pos !== end ? NOT_SCALAR : listValue(reads.put(family, this.ids, n));
  }

  /** A list in a read that is not known to have happened: it only has to be one. */
  private unread(from: number, end: number): number {
    this.pos = from - 1;
    return this.scalars() < 0 || this.pos !== end ? NOT_SCALAR : UNREAD;
  }

  protected clear(): void {
    this.recorder.begin();
    this.index = NONE;
    this.time = Number.NaN;
    this.process = NONE;
    this.type = NONE;
    this.f = NONE;
    this.valueAt = NONE;
  }

  /** Takes the value at `pos` for a field, and moves behind it. False when it needs the general way. */
  protected take(field: number): boolean {
    const r = this.recorder;
    switch (field) {
      case Field.index:
        return (this.index = this.integer()) >= 0;
      case Field.time:
        return (this.time = this.integer()) >= 0;
      case Field.process:
        return (this.process = this.integer()) >= 0;
      case Field.type:
        return (this.type = this.name(this.typeNames)) >= 0;
      case Field.f:
        return (this.f = this.name(this.fNames)) >= 0;
      case Field.value:
        if (this.valueAt !== NONE) return false;
        this.valueAt = this.pos;
        if (this.type !== NONE && this.f !== NONE) this.stageValue(this.type, this.f);
        else {
          this.pass();
          this.valueAt = -2 - this.valueAt;
        }
        return true;
      case Field.workload:
        return (r.stagedWorkload = this.name(this.workloadNames)) >= 0;
      case Field.node:
        return (r.stagedNode = this.name(this.nodeNames)) >= 0;
      case Field.epoch:
        return (r.stagedEpoch = this.integer()) >= 0;
      case Field.final:
        r.stagedFinal = this.anything() === true;
        return true;
      case Field.error:
        r.stagedError = this.anything();
        return true;
      default:
        this.pass();
        return true;
    }
  }

  /** Commits the record if it has all that a client's needs. */
  protected complete(): boolean {
    const { type, process, f } = this;
    if (process < 0 || type < 0 || f < 0 || process > 0x3fffffff || this.index > 0x7ffffffe) return false;
    if (this.valueAt < NONE) this.valueBefore(type, f);
    const r = this.recorder;
    r.commit(type, process, f, this.index, this.time);
    if (r.shape === PUT_OFF) this.putOffValue(r.x0, r.x1);
    return true;
  }

  /** The value, where it stood before the type and function that say how to read it. */
  private valueBefore(type: number, f: number): void {
    const { pos, line, lineStart } = this;
    this.pos = -2 - this.valueAt;
    this.stageValue(type, f);
    this.pos = pos;
    this.line = line;
    this.lineStart = lineStart;
  }

  /** A plain integer below 10^15, or NONE. */
  private integer(): number {
    const { bytes } = this;
    const start = this.pos;
    let p = start;
    let n = 0;
    let digit = bytes[p]! - ZERO;
    while (digit >>> 0 < 10 && p - start < 9) {
      n = 10 * n + digit;
      digit = bytes[++p]! - ZERO;
    }
    let scale = 1;
    let low = 0;
    while (digit >>> 0 < 10 && p - start < 15) {
      low = 10 * low + digit;
      scale *= 10;
      digit = bytes[++p]! - ZERO;
    }
    if (p === start || this.ends[bytes[p]!] === 0 || (bytes[start] === ZERO && p > start + 1)) return NONE;
    this.pos = p;
    return scale === 1 ? n : n * scale + low;
  }
}
