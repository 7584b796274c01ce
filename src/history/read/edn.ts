import type { Json } from '../op.ts';
import { CARET, CLOSE, COLON, CURLY, DELIMITER, HASH, OPEN, PAREN, UNCURLY, UNPAREN } from './edn-scanner.ts';
import { EdnValueReader } from './edn-value.ts';
import { NONE } from './fields.ts';
import { takeObject } from './object.ts';
import { RESTED } from './scanning.ts';
import type { Tokens } from './tokens.ts';
import { INCOMPLETE } from './window.ts';

/** What begins a record: a brace with a type behind it, and no other brace between. */
const ANOTHER = /\{[^{}]*:type[\s,]+:(invoke|ok|fail|info)(?![\w-])/;
/** Bytes in which a record that is torn is told from one that is cut off. */
const TEAR = 1 << 16;
const LENIENT = new TextDecoder();

/**
 * Reads Jepsen's `history.edn`: maps or `jepsen.history.Op` records one after the other, or in one vector or list; keys in any
 * order. Keys other than those of an Ordeal record are ignored. About linear in the bytes.
 */
export class EdnReader extends EdnValueReader {
  /** The bracket that closes the vector or list around the records; 0 outside. */
  private closing = 0;
  /** Nothing is tried again until so many bytes are there: a huge record costs no more than twice its length. */
  private worthwhile = 0;

  protected nameText(from: number, to: number): string {
    return this.decode(from + 1, to - (this.bytes[from] === COLON ? 0 : 1));
  }

  protected unknownType(type: string, from: number): never {
    return this.fail(`type :${type} is none of :invoke, :ok, :fail, :info`, from);
  }

  protected consume(): void {
    if (!this.begin(this.last)) return;
    if (this.limit - this.pos < this.worthwhile) return;
    this.worthwhile = 0;
    if (!this.records()) this.worthwhile = 2 * (this.limit - this.pos);
  }

  protected end(): void {
    this.last = true;
    this.begin(true);
    const start = this.pos;
    if (!this.records()) {
      this.refuseTorn();
      const bytes = this.limit - Math.max(this.pos, start);
      this.recorder.warnings.add(
        'cut off',
        `line ${this.line} begins a record that is cut off after ${bytes} bytes; it was left out`,
      );
    } else if (this.closing !== 0)
      this.recorder.warnings.add(
        'cut off',
        `line ${this.line}: the "${String.fromCharCode(this.closing)}" at the end is missing`,
      );
  }

  /** Only the last record may be cut off. One that was torn before seems to go on, with those behind it inside. */
  private refuseTorn(): void {
    const text = LENIENT.decode(this.bytes.subarray(this.pos, Math.min(this.limit, this.pos + TEAR)));
    const own = text.indexOf('{') + 1;
    const other = ANOTHER.exec(text.slice(own));
    if (other === null) return;
    const line = this.line + text.slice(0, own + other.index).split('\n').length - 1;
    this.fail(`a record that does not end: another begins inside of it, in line ${line}`, this.pos);
  }

  /** All complete records. False when an incomplete one is left, at `pos`. */
  private records(): boolean {
    let { pos, line, lineStart } = this;
    try {
      for (;;) {
        while (this.scan(this.limit) === RESTED);
        this.spaces();
        ({ pos, line, lineStart } = this);
        this.blank();
        ({ pos, line, lineStart } = this);
        this.discarding = 0;
        if (pos >= this.limit) return true;
        this.next();
      }
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      this.pos = pos;
      this.line = line;
      this.lineStart = lineStart;
      return false;
    }
  }

  private next(): void {
    while (this.bytes[this.pos] === CARET) this.metadata();
    const c = this.bytes[this.pos];
    if (c === CURLY) this.oneRecord();
    else if (c === HASH) this.tagged();
    else if ((c === OPEN || c === PAREN) && this.closing === 0) {
      this.closing = c === OPEN ? CLOSE : UNPAREN;
      this.pos++;
    } else if (this.closing !== 0 && c === this.closing) {
      this.closing = 0;
      this.pos++;
    } else this.fail(`found ${this.shown(this.pos)} where a record {…} should be`, this.pos);
  }

  /** Moves to what the metadata at `pos` belong to. */
  private metadata(): void {
    this.pos++;
    this.form(0);
    this.blank();
    if (this.pos >= this.limit) throw INCOMPLETE;
  }

  /** Moves to the brace behind `#jepsen.history.Op` and the like. */
  private tagged(): void {
    let p = this.pos + 1;
    while (p < this.limit && DELIMITER[this.bytes[p]!] === 0) p++;
    if (p >= this.limit) throw INCOMPLETE;
    const start = this.pos;
    this.pos = p;
    this.blank();
    if (this.pos >= this.limit) throw INCOMPLETE;
    if (this.bytes[this.pos] !== CURLY || p === start + 1)
      this.fail(`found ${this.shown(start)} where a record {…} should be`, start);
    this.oneRecord();
  }

  private oneRecord(): void {
    const start = this.pos;
    const { line, lineStart } = this;
    this.readsFrom(start);
    if (this.fields()) return;
    this.pos = start;
    this.line = line;
    this.lineStart = lineStart;
    const object = this.form(0) as { [key: string]: Json };
    const problem = takeObject(this.recorder, object);
    if (problem !== null) {
      this.line = line;
      this.lineStart = lineStart;
      this.fail(problem, start);
    }
  }

  /** One record by the byte. False, with nothing committed, when it needs the general way. */
  private fields(): boolean {
    this.clear();
    this.pos++;
    return this.restOfFields() && this.complete();
  }

  protected restOfFields(): boolean {
    for (;;) {
      this.blank();
      if (this.bytes[this.pos] === UNCURLY) break;
      const field = this.name(this.fieldNames);
      if (field < 0) return false;
      this.blank();
      if (!this.take(field)) return false;
    }
    this.pos++;
    return true;
  }

  protected find(end: number): boolean {
    const left = this.scanner.code.scanEdn(this.pos, end, this.line, this.lineStart) !== 0;
    this.moveOn();
    return left;
  }

  protected findTxn(type: number): boolean {
    return this.scanner.code.txnEdn(this.pos, this.limit, type) !== 0;
  }

  /** The number of the keyword, or the string without escapes, at `pos`; or −1. */
  protected name(names: Tokens): number {
    const { bytes } = this;
    const start = this.pos;
    let p = start + 1;
    if (bytes[start] === COLON) {
      while (DELIMITER[bytes[p]!] === 0 && p < this.limit) p++;
      if (p >= this.limit || p === start + 1) return NONE;
    } else if (bytes[start] === 0x22) {
      for (let c = bytes[p]!; c !== 0x22; c = bytes[++p]!) if (c < 0x20 || c === 0x5c) return NONE;
      p++;
    } else return NONE;
    this.pos = p;
    return names.get(bytes, start, p);
  }

  protected anything(): Json {
    return this.form(0);
  }

  protected pass(): void {
    this.form(0);
  }
}
