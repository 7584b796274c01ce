import type { Json, Op } from '../op.ts';
import { digitsKept } from './digits.ts';
import { NONE } from './fields.ts';
import { COLON, COMMA, CURLY, OPEN, QUOTE, UNCURLY } from './json-scanner.ts';
import { JsonValueReader } from './json-value.ts';
import { takeObject } from './object.ts';
import { GENERAL } from './scanning.ts';
import type { Tokens } from './tokens.ts';

const NEWLINE = 0x0a;

/**
 * Reads JSON Lines, one record a line, keys in any order. Index, time and value may be missing; unknown keys are ignored. About
 * linear in the bytes, each looked at once, without making strings or objects for what it has met before.
 */
export class JsonlReader extends JsonValueReader {
  /** While the last line is read, which may be cut off. */
  private last = false;

  protected nameText(from: number, to: number): string {
    return JSON.parse(this.decode(from, to)) as string;
  }

  protected unknownType(type: string, from: number): never {
    return this.fail(`type ${JSON.stringify(type)} is none of "invoke", "ok", "fail", "info"`, from);
  }

  protected consume(fresh: number): void {
    if (!this.begin(this.last)) return;
    const newline = this.bytes.subarray(fresh, this.limit).lastIndexOf(NEWLINE);
    if (newline >= 0) this.lines(fresh + newline + 1);
    else this.refuseEarly();
  }

  /** Does not wait for the end of a line that cannot be a record. */
  private refuseEarly(): void {
    this.blank();
    if (this.pos < this.limit && this.bytes[this.pos] !== CURLY) this.oneLine();
  }

  private lines(end: number): void {
    const limit = this.limit;
    this.limit = end;
    while (this.pos < end) {
      const how = this.scan(end);
      if (this.pos >= end) break;
      if (how === GENERAL) this.oneLine();
      this.endOfLine();
    }
    this.limit = limit;
  }

  private nextLine(): void {
    this.pos++;
    this.line++;
    this.lineStart = this.pos;
  }

  private oneLine(): void {
    this.blank();
    const start = this.pos;
    if (start >= this.limit || this.bytes[start] === NEWLINE) return;
    this.readsFrom(start);
    if (!this.fields()) {
      this.pos = start;
      this.object();
    }
  }

  private endOfLine(): void {
    this.blank();
    if (this.bytes[this.pos] === NEWLINE) this.nextLine();
    else if (this.pos < this.limit) this.unexpected('the end of the line');
  }

  protected find(end: number): boolean {
    const left = this.scanner.code.scanJson(this.pos, end, this.line, this.lineStart) !== 0;
    this.moveOn();
    return left;
  }

  protected findTxn(type: number): boolean {
    return this.scanner.code.txnJson(this.pos, this.limit, type) !== 0;
  }

  protected end(): void {
    this.last = true;
    this.begin(true);
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
    this.clear();
    if (this.bytes[this.pos] !== CURLY) return false;
    this.pos++;
    return this.restOfFields() && this.complete();
  }

  protected restOfFields(): boolean {
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
    const object = digitsKept(this.decode(start, this.pos)) as { [key: string]: Json };
    const problem = takeObject(this.recorder, object as Partial<Op>);
    if (problem !== null) this.fail(problem, start);
  }
}

/** Thrown and caught here: the last line stops in the middle of a record. */
const CUT_OFF = new Error('cut off');
