import { FAIL, INFO, OK } from '../columns.ts';
import { PUT_OFF } from '../mops.ts';
import type { Json } from '../op.ts';
import { INVOKE } from '../recorder.ts';
import { FINAL_IN_JEPSEN } from './object.ts';
import { OF_FUNCTION, OF_NODE, OF_WORKLOAD } from './scanner.ts';
import { Tokens } from './tokens.ts';
import { HistoryReader } from './window.ts';

/** A field that was not seen; also what the fast ways answer to what is for the general way. */
export const NONE = -1;
const ZERO = 0x30;

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
  /** By byte: 1 for what may stand behind an integer. */
  private readonly ends: Uint8Array;

  protected constructor(spaces: boolean, ends: Uint8Array) {
    super(spaces);
    this.ends = ends;
    this.fieldNames = new Tokens((from, to) => {
      const field = this.nameText(from, to);
      if (field === FINAL_IN_JEPSEN) return Field.final;
      return Object.hasOwn(Field, field) ? Field[field as keyof typeof Field] : Field.other;
    });
    this.typeNames = new Tokens((from, to) => {
      const type = this.nameText(from, to);
      return Object.hasOwn(TYPES, type) ? TYPES[type]! : this.unknownType(type, from);
    });
    const { recorder } = this;
    this.fNames = this.names(OF_FUNCTION, (name) => recorder.fId(name));
    this.workloadNames = this.names(OF_WORKLOAD, (name) => recorder.workloadId(name));
    this.nodeNames = this.names(OF_NODE, (name) => recorder.nodeId(name));
  }

  /** Names that the scanner is told of, too. */
  private names(of: number, id: (name: string) => number): Tokens {
    return new Tokens((from, to) => {
      const number = id(this.nameText(from, to));
      this.scanner.code.addName(from, to - from, of, number);
      return number;
    });
  }

  /** The name that a token spells. */
  protected abstract nameText(from: number, to: number): string;
  protected abstract unknownType(type: string, from: number): never;
  /** The number of the name at `pos`, and moves behind it; or NONE. */
  protected abstract name(names: Tokens): number;
  /** Any value, and moves behind it. */
  protected abstract anything(): Json;
  /** Only moves behind it. */
  protected abstract pass(): void;

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
