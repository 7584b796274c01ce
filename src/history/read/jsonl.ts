import { FAIL, INFO, OK } from '../columns.ts';
import type { Json, Op } from '../op.ts';
import { INVOKE, Recorder } from '../recorder.ts';
import { COLON, COMMA, CURLY, QUOTE, UNCURLY } from './json-scanner.ts';
import { JsonValueReader } from './json-value.ts';
import { takeObject } from './object.ts';
import { Tokens } from './tokens.ts';

const NEWLINE = 0x0a;
const ZERO = 0x30;

const Field = {
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
const NONE = -1;

/**
 * Reads JSON Lines, one record a line, keys in any order. Index, time and value may be missing; unknown keys are ignored. About
 * linear in the bytes, each looked at once, without making strings or objects for what it has met before.
 */
export class JsonlReader extends JsonValueReader {
  private readonly fieldNames: Tokens;
  private readonly typeNames: Tokens;
  private readonly fNames: Tokens;
  private readonly workloadNames: Tokens;
  private readonly nodeNames: Tokens;
  private begun = false;
  /** While the last line is read, which may be cut off. */
  private last = false;

  constructor() {
    super(new Recorder('line', false));
    const name = (from: number, to: number): string => JSON.parse(this.decode(from, to)) as string;
    this.fieldNames = new Tokens((from, to) => {
      const field = name(from, to);
      return Object.hasOwn(Field, field) ? Field[field as keyof typeof Field] : Field.other;
    });
    this.typeNames = new Tokens((from, to) => {
      const type = name(from, to);
      if (Object.hasOwn(TYPES, type)) return TYPES[type]!;
      return this.fail(`type ${JSON.stringify(type)} is none of "invoke", "ok", "fail", "info"`, from);
    });
    this.fNames = new Tokens((from, to) => this.recorder.fId(name(from, to)));
    this.workloadNames = new Tokens((from, to) => this.recorder.workloadId(name(from, to)));
    this.nodeNames = new Tokens((from, to) => this.recorder.nodeId(name(from, to)));
  }

  protected consume(fresh: number): void {
    if (!this.begun && !this.begin()) return;
    const newline = this.bytes.subarray(fresh, this.limit).lastIndexOf(NEWLINE);
    if (newline >= 0) this.lines(fresh + newline + 1);
  }

  /** Skips a byte order mark. False while there are too few bytes to tell. */
  private begin(): boolean {
    const { bytes, pos } = this;
    if (this.limit - pos < 3 && !this.last) return false;
    if (bytes[pos] === 0xef && bytes[pos + 1] === 0xbb && bytes[pos + 2] === 0xbf) this.pos += 3;
    this.lineStart = this.pos;
    return (this.begun = true);
  }

  private lines(end: number): void {
    const limit = this.limit;
    this.limit = end;
    while (this.pos < end) {
      this.blank();
      if (this.bytes[this.pos] === NEWLINE) this.nextLine();
      else if (this.pos < end) this.oneLine();
    }
    this.limit = limit;
  }

  private nextLine(): void {
    this.pos++;
    this.line++;
    this.lineStart = this.pos;
  }

  private oneLine(): void {
    const start = this.pos;
    this.recorder.place = this.line;
    if (!this.fields()) {
      this.pos = start;
      this.object();
    }
    this.blank();
    if (this.bytes[this.pos] === NEWLINE) this.nextLine();
    else if (this.pos < this.limit) this.unexpected('the end of the line');
  }

  protected end(): void {
    this.last = true;
    if (!this.begun) this.begin();
    try {
      this.lines(this.limit);
    } catch (error) {
      if (error !== CUT_OFF) throw error;
      const bytes = this.limit - this.lineStart;
      this.recorder.warnings.add(
        'cut off',
        `line ${this.line} is cut off after ${bytes} bytes and was left out`,
      );
    }
  }

  protected override cutOff(message: string, at: number): never {
    if (this.last) throw CUT_OFF;
    return this.fail(message, at);
  }

  /** One record by the byte. False, with nothing committed, when it needs the general way. */
  private fields(): boolean {
    const { bytes } = this;
    const r = this.recorder;
    let index = NONE;
    let time = Number.NaN;
    let process = NONE;
    let type = NONE;
    let f = NONE;
    let valueAt = NONE;
    if (bytes[this.pos] !== CURLY) return false;
    this.pos++;
    r.begin();
    for (;;) {
      this.blank();
      const field = this.name(this.fieldNames);
      if (field < 0) return false;
      this.blank();
      if (bytes[this.pos] !== COLON) return false;
      this.pos++;
      this.blank();
      switch (field) {
        case Field.index:
          if ((index = this.integer()) < 0) return false;
          break;
        case Field.time:
          if ((time = this.integer()) < 0) return false;
          break;
        case Field.process:
          if ((process = this.integer()) < 0) return false;
          break;
        case Field.type:
          if ((type = this.name(this.typeNames)) < 0) return false;
          break;
        case Field.f:
          if ((f = this.name(this.fNames)) < 0) return false;
          break;
        case Field.value:
          if (valueAt !== NONE) return false;
          valueAt = this.pos;
          if (type !== NONE && f !== NONE) this.stageValue(type, f);
          else {
            this.skip();
            valueAt = -2 - valueAt;
          }
          break;
        case Field.workload:
          if ((r.stagedWorkload = this.name(this.workloadNames)) < 0) return false;
          break;
        case Field.node:
          if ((r.stagedNode = this.name(this.nodeNames)) < 0) return false;
          break;
        case Field.epoch:
          if ((r.stagedEpoch = this.integer()) < 0) return false;
          break;
        case Field.final:
          r.stagedFinal = bytes[this.pos] === 0x74;
          this.skip();
          break;
        case Field.error: {
          const from = this.pos;
          this.skip();
          r.stagedError = JSON.parse(this.decode(from, this.pos)) as Json;
          break;
        }
        default:
          this.skip();
      }
      this.blank();
      const next = bytes[this.pos];
      if (next === COMMA) {
        this.pos++;
        continue;
      }
      if (next !== UNCURLY) return false;
      this.pos++;
      break;
    }
    if (process < 0 || type < 0 || f < 0 || process > 0x3fffffff || index > 0x7ffffffe) return false;
    if (valueAt < NONE) {
      const behind = this.pos;
      this.pos = -2 - valueAt;
      this.stageValue(type, f);
      this.pos = behind;
    }
    r.commit(type, process, f, index, time);
    return true;
  }

  /** The number of the quoted name at `pos`, or −1. */
  private name(names: Tokens): number {
    const { bytes } = this;
    const start = this.pos;
    if (bytes[start] !== QUOTE) return NONE;
    let p = start + 1;
    for (let c = bytes[p]!; c !== QUOTE; c = bytes[++p]!) if (c < 0x20 || c === 0x5c) return NONE;
    this.pos = p + 1;
    return names.get(bytes, start, p + 1);
  }

  /** A plain integer below 2^53, or −1. */
  private integer(): number {
    const { bytes } = this;
    let p = this.pos;
    let digit = bytes[p]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NONE;
    let n = 0;
    const start = p;
    while (digit >= 0 && digit <= 9) {
      n = 10 * n + digit;
      digit = bytes[++p]! - ZERO;
    }
    if (p - start > 15 || digit === -2 || digit === 21 || digit === 53) return NONE;
    this.pos = p;
    return n;
  }

  /** The general way: any JSON object. */
  private object(): void {
    const start = this.pos;
    if (this.bytes[start] !== CURLY) this.unexpected('a record "{…}"');
    this.skip();
    const object = JSON.parse(this.decode(start, this.pos)) as { [key: string]: Json };
    const problem = takeObject(this.recorder, object as Partial<Op>);
    if (problem !== null) this.fail(problem, start);
  }
}

/** Thrown and caught here: the last line stops in the middle of a record. */
const CUT_OFF = new Error('cut off');
