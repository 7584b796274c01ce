import { NIL } from '../values.ts';
import { NOT_SCALAR, ScanningReader } from './scanning.ts';
import { Tokens } from './tokens.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN = 0x5b;
export const CLOSE = 0x5d;
export const CURLY = 0x7b;
export const UNCURLY = 0x7d;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Deeper values than any history has, and shallow enough for the stack. */
const DEEPEST = 256;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A digit, a point or an exponent goes on with a number. */
const ENDS = new Uint8Array(256).fill(1);
for (const c of '0123456789.eE') ENDS[c.charCodeAt(0)] = 0;

/** JSON by the byte: scalars to value ids, and a strict walk over everything else that says where it goes wrong. */
export abstract class JsonScanner extends ScanningReader {
  private readonly strings: Tokens;

  constructor() {
    super(false, ENDS, ',');
    this.strings = new Tokens((from, to) =>
      this.recorder.values.id(JSON.parse(this.decode(from, to)) as string),
    );
  }

  /** Spaces inside a line: a record never goes over its end. */
  protected blank(): void {
    let c = this.bytes[this.pos]!;
    while (c === 0x20 || c === 0x09 || c === 0x0d) c = this.bytes[++this.pos]!;
  }

  protected scalar(): number {
    const { bytes } = this;
    const start = this.pos;
    const c = bytes[start]!;
    if (c >= ZERO && c <= 0x39) {
      let n = c - ZERO;
      let p = start + 1;
      let digit = bytes[p]! - ZERO;
      if (n !== 0)
        while (digit >= 0 && digit <= 9 && n < 100_000_000) {
          n = 10 * n + digit;
          digit = bytes[++p]! - ZERO;
        }
      // Not the end of a plain integer: more digits, a fraction or an exponent.
      if ((digit >= 0 && digit <= 9) || digit === -2 || digit === 21 || digit === 53) return this.number();
      this.pos = p;
      return n;
    }
    if (c === QUOTE) {
      const end = this.stringEnd(start);
      if (end < 0) return NOT_SCALAR;
      this.pos = end;
      return this.strings.get(bytes, start, end);
    }
    if (c === MINUS) return this.number();
    if (c === 0x6e && this.word('null')) return NIL;
    if (c === 0x74 && this.word('true')) return this.recorder.values.id(true);
    if (c === 0x66 && this.word('false')) return this.recorder.values.id(false);
    return NOT_SCALAR;
  }

  /** Integers that a double cannot hold are kept digit by digit: two ids that differ must not become one. */
  private number(): number {
    const start = this.pos;
    const text = this.numberText();
    if (!NUMBER.test(text)) {
      this.pos = start;
      return NOT_SCALAR;
    }
    const { values } = this.recorder;
    const n = Number(text);
    return Number.isSafeInteger(n) || !/^-?\d+$/.test(text) ? values.id(n) : values.intern(text);
  }

  private numberText(): string {
    const { bytes } = this;
    let text = '';
    for (;;) {
      const c = bytes[this.pos]!;
      const part =
        (c >= ZERO && c <= 0x39) || c === MINUS || c === 0x2b || c === 0x2e || c === 0x65 || c === 0x45;
      if (!part) return text;
      text += String.fromCharCode(c);
      this.pos++;
    }
  }

  private word(word: string): boolean {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.pos + i] !== word.charCodeAt(i)) return false;
    this.pos += word.length;
    return true;
  }

  /** Behind the closing quote of the string that begins at `start`, or −1 − where it goes wrong. */
  protected stringEnd(start: number): number {
    const { bytes } = this;
    let p = start + 1;
    for (;;) {
      const c = bytes[p]!;
      if (c === QUOTE) return p + 1;
      if (c < 0x20) return -1 - p;
      if (c === BACKSLASH) {
        const escaped = bytes[++p]!;
        if (escaped === 0x75) {
          for (let i = 1; i <= 4; i++) if (!isHex(bytes[p + i]!)) return -1 - (p + i);
          p += 4;
        } else if (!ESCAPES.includes(escaped)) return -1 - p;
      }
      p++;
    }
  }

  /** Moves behind the value at `pos`, or throws where it is no JSON. */
  protected skip(depth = 0): void {
    this.blank();
    const c = this.bytes[this.pos]!;
    if (c === OPEN || c === CURLY) {
      if (depth === DEEPEST) this.fail(`values are nested deeper than ${DEEPEST} levels`, this.pos);
      this.skipInside(c === OPEN ? CLOSE : UNCURLY, depth + 1);
    } else if (c === QUOTE) this.skipString();
    else if (c === MINUS || (c >= ZERO && c <= 0x39)) {
      const start = this.pos;
      if (!NUMBER.test(this.numberText()) && this.pos < this.limit) this.fail('this is no number', start);
    } else if (!(this.word('null') || this.word('true') || this.word('false'))) {
      this.skipPartOfWord();
      this.unexpected('a value');
    }
  }

  /** A word that the end of the bytes cuts off. */
  private skipPartOfWord(): void {
    const rest = String.fromCharCode(...this.bytes.subarray(this.pos, Math.min(this.limit, this.pos + 6)));
    if (['null', 'true', 'false'].some((word) => word.startsWith(rest))) this.pos += rest.length;
  }

  private skipInside(close: number, depth: number): void {
    this.pos++;
    this.blank();
    if (this.bytes[this.pos] === close) {
      this.pos++;
      return;
    }
    for (;;) {
      if (close === UNCURLY) this.skipKey();
      this.skip(depth);
      this.blank();
      const c = this.bytes[this.pos];
      if (c !== COMMA && c !== close) this.unexpected(`"," or "${String.fromCharCode(close)}"`);
      this.pos++;
      if (c === close) return;
    }
  }

  /** Moves behind a key and its colon. */
  protected skipKey(): void {
    this.blank();
    if (this.bytes[this.pos] !== QUOTE) this.unexpected('a key in double quotes');
    this.skipString();
    this.blank();
    if (this.bytes[this.pos] !== COLON) this.unexpected('":"');
    this.pos++;
  }

  private skipString(): void {
    const start = this.pos;
    const end = this.stringEnd(start);
    this.pos = end < 0 ? -1 - end : end;
    if (end < 0) this.unexpected('the rest of a string');
  }

  protected unexpected(wanted: string): never {
    const c = this.bytes[this.pos]!;
    const at = Math.min(this.pos, this.limit);
    if (this.pos >= this.limit || c === 0x0a)
      return this.cutOff(`the line ends where ${wanted} should be`, at);
    return this.fail(`found ${this.shown(at)} where ${wanted} should be`, at);
  }

  /** The text goes wrong only in that it ends. */
  protected cutOff(message: string, at: number): never {
    return this.fail(message, at);
  }
}

const ESCAPES = [...'"\\/bfnrt'].map((c) => c.charCodeAt(0));

function isHex(c: number): boolean {
  return (c >= ZERO && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}
