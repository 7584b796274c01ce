import { FAIL, INFO, OK } from '../columns.ts';
import type { Json, Op } from '../op.ts';
import { INVOKE, PUT_OFF, Recorder } from '../recorder.ts';
import { NONE } from './fields.ts';
import { COLON, COMMA, CURLY, OPEN, QUOTE, UNCURLY } from './json-scanner.ts';
import { JsonValueReader } from './json-value.ts';
import { takeObject } from './object.ts';
import type { Tokens } from './tokens.ts';

const NEWLINE = 0x0a;
const ZERO = 0x30;

const LETTER_S = 0x73;

/** Pieces of the usual head, as big-endian integers. */
const CURLY_IN = piece('{"in');
const DEX = piece('dex"');
const TI = piece(',"ti');
const ME = piece('me":');
const PR = piece(',"pr');
const OCES = piece('oces');
const QUOTE_COLON = 0x223a;
const TY = piece(',"ty');
const PE = piece('pe":');
const COMMA_F = piece(',"f"');
const VA = piece(',"va');
const LUE = piece('lue"');
const OK_ = piece('"ok"');
const INV = piece('"inv');
const OKE = piece('oke"');
const INF = piece('"inf');
const FAI = piece('"fai');
const O_QUOTE = 0x6f22;
const L_QUOTE = 0x6c22;
/** By type: OK, FAIL, INFO, INVOKE. */
const TYPE_LENGTH = [4, 6, 6, 8];

/**
 * Reads JSON Lines, one record a line, keys in any order. Index, time and value may be missing; unknown keys are ignored. About
 * linear in the bytes, each looked at once, without making strings or objects for what it has met before.
 */
export class JsonlReader extends JsonValueReader {
  private begun = false;
  /** While the last line is read, which may be cut off. */
  private last = false;

  constructor() {
    super(new Recorder('line', false));
  }

  protected nameText(from: number, to: number): string {
    return JSON.parse(this.decode(from, to)) as string;
  }

  protected unknownType(type: string, from: number): never {
    return this.fail(`type ${JSON.stringify(type)} is none of "invoke", "ok", "fail", "info"`, from);
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

  /**
   * One record by the byte. False, with nothing committed, when it needs the general way. Begins with the head that
   * Ordeal writes, `{"index":…,"time":…,"process":…,"type":…,"f":…,"value":…`, if this is it.
   */
  private fields(): boolean {
    const start = this.pos;
    this.clear();
    if (this.head()) {
      const next = this.bytes[this.pos];
      if (next === UNCURLY) {
        this.pos++;
        this.commit();
        return true;
      }
      if (next !== COMMA) return false;
    } else {
      this.pos = start;
      this.index = NONE;
      this.time = Number.NaN;
      if (this.bytes[start] !== CURLY) return false;
    }
    this.pos++;
    return this.restOfFields() && this.complete();
  }

  private commit(): void {
    const r = this.recorder;
    r.commit(this.type, this.process, this.f, this.index, this.time);
    if (r.shape === PUT_OFF) this.putOffValue(this.valueAt);
  }

  private head(): boolean {
    const { bytes, view } = this;
    let p = this.pos;
    if (view.getInt32(p) !== CURLY_IN || view.getInt32(p + 4) !== DEX || bytes[p + 8] !== COLON) return false;
    p += 9;
    let from = p;
    let index = 0;
    let digit = bytes[p]! - ZERO;
    while (digit >>> 0 < 10) {
      index = (10 * index + digit) | 0;
      digit = bytes[++p]! - ZERO;
    }
    if (p === from || p > from + 9 || view.getInt32(p) !== TI || view.getInt32(p + 4) !== ME) return false;
    p += 8;
    from = p;
    let high = 0;
    digit = bytes[p]! - ZERO;
    while (digit >>> 0 < 10 && p < from + 9) {
      high = (10 * high + digit) | 0;
      digit = bytes[++p]! - ZERO;
    }
    let low = 0;
    let scale = 1;
    while (digit >>> 0 < 10 && p < from + 15) {
      low = (10 * low + digit) | 0;
      scale = (10 * scale) | 0;
      digit = bytes[++p]! - ZERO;
    }
    if (p === from || view.getInt32(p) !== PR || view.getInt32(p + 4) !== OCES) return false;
    if (bytes[p + 8] !== LETTER_S || view.getInt16(p + 9) !== QUOTE_COLON) return false;
    p += 11;
    from = p;
    let process = 0;
    digit = bytes[p]! - ZERO;
    while (digit >>> 0 < 10) {
      process = (10 * process + digit) | 0;
      digit = bytes[++p]! - ZERO;
    }
    if (p === from || p > from + 9) return false;
    if (view.getInt32(p) !== TY || view.getInt32(p + 4) !== PE) return false;
    p += 8;
    const type = typeAt(view, p);
    if (type < 0) return false;
    p += TYPE_LENGTH[type]!;
    if (view.getInt32(p) !== COMMA_F || bytes[p + 4] !== COLON) return false;
    this.pos = p + 5;
    const f = this.function();
    p = this.pos;
    if (f < 0 || view.getInt32(p) !== VA || view.getInt32(p + 4) !== LUE || bytes[p + 8] !== COLON)
      return false;
    this.pos = p + 9;
    this.valueAt = p + 9;
    this.index = index;
    this.time = high * scale + low;
    this.process = process;
    this.type = type;
    this.f = f;
    if (type !== INVOKE || !this.canWait()) this.stageValue(type, f);
    return true;
  }

  /** Key by key, from behind an opening brace or a comma until behind the closing brace. */
  private restOfFields(): boolean {
    const { bytes } = this;
    for (;;) {
      this.blank();
      const field = this.name(this.fieldNames);
      if (field < 0) return false;
      this.blank();
      if (bytes[this.pos] !== COLON) return false;
      this.pos++;
      this.blank();
      if (!this.take(field)) return false;
      this.blank();
      const next = bytes[this.pos++];
      if (next === UNCURLY) return true;
      if (next !== COMMA) return false;
    }
  }

  protected typeName(): number {
    return this.name(this.typeNames);
  }

  protected function(): number {
    const f = this.fNames.quick(this.view, this.pos);
    if (f < 0) return this.name(this.fNames);
    this.pos += this.fNames.length;
    return f;
  }

  /** The number of the quoted name at `pos`, or −1. */
  protected name(names: Tokens): number {
    const { bytes } = this;
    const start = this.pos;
    if (bytes[start] !== QUOTE) return NONE;
    let p = start + 1;
    for (let c = bytes[p]!; c !== QUOTE; c = bytes[++p]!) if (c < 0x20 || c === 0x5c) return NONE;
    this.pos = p + 1;
    return names.get(bytes, start, p + 1);
  }

  protected anything(): Json {
    const start = this.pos;
    this.skip();
    return JSON.parse(this.decode(start, this.pos)) as Json;
  }

  protected pass(): void {
    this.skip();
  }

  /** The general way: any JSON object. */
  private object(): void {
    const start = this.pos;
    if (this.bytes[start] === OPEN)
      this.fail('found "[" where a record "{…}" should be: one record a line, no array around them', start);
    if (this.bytes[start] !== CURLY) this.unexpected('a record "{…}"');
    this.skip();
    const object = JSON.parse(this.decode(start, this.pos)) as { [key: string]: Json };
    const problem = takeObject(this.recorder, object as Partial<Op>);
    if (problem !== null) this.fail(problem, start);
  }
}

/** Thrown and caught here: the last line stops in the middle of a record. */
const CUT_OFF = new Error('cut off');

function piece(text: string): number {
  return [...text].reduce((n, c) => (n << 8) | c.charCodeAt(0), 0);
}

function typeAt(view: DataView, p: number): number {
  const head = view.getInt32(p);
  if (head === OK_) return OK;
  if (head === INV) return view.getInt32(p + 4) === OKE ? INVOKE : NONE;
  if (head === INF) return view.getInt16(p + 4) === O_QUOTE ? INFO : NONE;
  return head === FAI && view.getInt16(p + 4) === L_QUOTE ? FAIL : NONE;
}
