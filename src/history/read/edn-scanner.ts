import type { Json } from '../op.ts';
import { NIL } from '../values.ts';
import { NOT_SCALAR, ScanningReader } from './scanning.ts';
import { Tokens } from './tokens.ts';
import { INCOMPLETE } from './window.ts';

export const QUOTE = 0x22;
export const HASH = 0x23;
export const PAREN = 0x28;
export const UNPAREN = 0x29;
export const COLON = 0x3a;
export const OPEN = 0x5b;
export const CLOSE = 0x5d;
export const CURLY = 0x7b;
export const UNCURLY = 0x7d;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;
export const CARET = 0x5e;
const UNDERSCORE = 0x5f;
const ZERO = 0x30;

const DEEPEST = 256;
/** Depth of a discarded form, which may stand outside all records and so end with the bytes. */
const DISCARDED = -1;

/** 1 for bytes that end a token. 0 bytes, which stand behind what was read so far, do not. */
export const DELIMITER = new Uint8Array(256);
for (const c of ' \t\r\n,;"()[]{}') DELIMITER[c.charCodeAt(0)] = 1;

const INTEGER = /^[-+]?(0|[1-9]\d*)N?$/;
const HEX = /^[-+]?0[xX][0-9a-fA-F]+N?$/;
const DECIMAL = /^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?M?$/;
const RATIO = /^[-+]?\d+\/\d+$/;
const CHARACTERS: { readonly [name: string]: string } = {
  newline: '\n',
  return: '\r',
  space: ' ',
  tab: '\t',
  formfeed: '\f',
  backspace: '\b',
};
const ESCAPES: { readonly [c: string]: string } = {
  t: '\t',
  r: '\r',
  n: '\n',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
};

/** As the reader has integers: what a double cannot hold, as digits. */
function hexadecimal(text: string): Json {
  const size = BigInt(text.replace(/^[-+]|N$/g, ''));
  const value = text.startsWith('-') ? -size : size;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/**
 * EDN by the byte: scalars to value ids, and a reader of any form.
 *
 * Keywords and symbols become strings (without the colon), characters and ratios too; sets and lists become arrays; keys of maps
 * become strings (of a namespaced map, with the namespace); tags and metadata are dropped. Integers that a double cannot hold keep their digits.
 */
export abstract class EdnScanner extends ScanningReader {
  private readonly tokens: Tokens;
  /** While the rest is read: then the end of the bytes ends a comment. */
  protected last = false;
  /** How many discarded forms `blank` is inside of. */
  protected discarding = 0;

  constructor() {
    super(true, DELIMITER, ' ');
    this.tokens = new Tokens((from, to) => this.atomId(from, to));
  }

  /** Moves over white space, commas, comments and discarded forms. */
  protected blank(): void {
    const { bytes } = this;
    for (;;) {
      this.spaces();
      const c = bytes[this.pos]!;
      if (c === SEMICOLON) {
        while (this.pos < this.limit && bytes[this.pos] !== NEWLINE) this.pos++;
        if (this.pos >= this.limit && !this.last) throw INCOMPLETE;
      } else if (c === HASH && bytes[this.pos + 1] === UNDERSCORE) {
        this.pos += 2;
        if (++this.discarding > DEEPEST)
          this.fail(`discarded forms are nested deeper than ${DEEPEST} levels`, this.pos);
        this.form(DISCARDED);
        this.discarding--;
      } else return;
    }
  }

  /** Moves over white space and commas. */
  protected spaces(): void {
    const { bytes } = this;
    for (let c = bytes[this.pos]!; ; c = bytes[this.pos]!) {
      if (c === NEWLINE) this.newline(this.pos++);
      else if (c === 0x20 || c === 0x2c || c === 0x0d || c === 0x09) this.pos++;
      else return;
    }
  }

  private newline(at: number): void {
    this.line++;
    this.lineStart = at + 1;
  }

  protected scalar(): number {
    const { bytes } = this;
    const start = this.pos;
    const c = bytes[start]!;
    let p = start + 1;
    if (c >= ZERO && c <= 0x39) {
      let n = c - ZERO;
      let digit = bytes[p]! - ZERO;
      while (digit >>> 0 < 10 && n < 100_000_000) {
        n = 10 * n + digit;
        digit = bytes[++p]! - ZERO;
      }
      if (DELIMITER[bytes[p]!] === 1 && (c !== ZERO || p === start + 1)) {
        this.pos = p;
        return n;
      }
    } else if (c === QUOTE) {
      for (let s = bytes[p]!; s !== QUOTE; s = bytes[++p]!)
        if (s < 0x20 || s === BACKSLASH) return NOT_SCALAR;
      this.pos = p + 1;
      return this.tokens.get(bytes, start, p + 1);
    } else if (DELIMITER[c] === 1 || c === HASH || c === CARET || c === BACKSLASH || c === 0)
      return NOT_SCALAR;
    while (DELIMITER[bytes[p]!] === 0 && p < this.limit) p++;
    if (p >= this.limit) return NOT_SCALAR;
    this.pos = p;
    if (c === 0x6e && p === start + 3 && bytes[start + 1] === 0x69 && bytes[start + 2] === 0x6c) return NIL;
    return this.tokens.get(bytes, start, p);
  }

  private atomId(from: number, to: number): number {
    const { values } = this.recorder;
    if (this.bytes[from] === QUOTE) return values.id(this.decode(from + 1, to - 1));
    const text = this.decode(from, to);
    const digits = INTEGER.test(text) ? text.replace(/^\+|N$/g, '') : '';
    if (digits !== '' && !Number.isSafeInteger(Number(digits))) return values.intern(digits);
    return values.id(this.atom(text, from));
  }

  /** Any form, as plain data. Throws INCOMPLETE, or HistoryError where it goes wrong. */
  protected form(depth: number): Json {
    if (depth > DEEPEST) this.fail(`forms are nested deeper than ${DEEPEST} levels`, this.pos);
    this.blank();
    if (this.pos >= this.limit) throw INCOMPLETE;
    const { bytes } = this;
    switch (bytes[this.pos]) {
      case OPEN:
        return this.sequence(CLOSE, depth + 1);
      case PAREN:
        return this.sequence(UNPAREN, depth + 1);
      case CURLY:
        return this.map(depth + 1);
      case QUOTE:
        return this.text();
      case CARET:
        this.pos++;
        this.form(depth + 1);
        return this.form(depth + 1);
      case HASH:
        return this.dispatch(depth + 1);
      default: {
        const start = this.pos;
        this.token(this.last && depth === DISCARDED);
        return this.atom(this.decode(start, this.pos), start);
      }
    }
  }

  private sequence(close: number, depth: number): Json[] {
    const list: Json[] = [];
    this.pos++;
    while (!this.closed(close)) list.push(this.form(depth));
    return list;
  }

  private closed(close: number): boolean {
    this.blank();
    if (this.pos >= this.limit) throw INCOMPLETE;
    const c = this.bytes[this.pos];
    if (c === close) {
      this.pos++;
      return true;
    }
    if (c === CLOSE || c === UNPAREN || c === UNCURLY)
      this.fail(`found ${this.shown(this.pos)} where "${String.fromCharCode(close)}" should be`, this.pos);
    return false;
  }

  private map(depth: number): { [key: string]: Json } {
    const entries: [string, Json][] = [];
    this.pos++;
    while (!this.closed(UNCURLY)) {
      const key = this.form(depth);
      this.blank();
      if (this.bytes[this.pos] === UNCURLY) this.fail('a map with a key that has no value', this.pos);
      entries.push([typeof key === 'string' ? key : JSON.stringify(key), this.form(depth)]);
    }
    return Object.fromEntries(entries);
  }

  private dispatch(depth: number): Json {
    const start = this.pos++;
    if (this.pos >= this.limit) throw INCOMPLETE;
    const c = this.bytes[this.pos]!;
    if (c === CURLY) return this.sequence(UNCURLY, depth);
    if (c === QUOTE) return this.text();
    const from = this.pos;
    this.token(false);
    const tag = this.decode(from, this.pos);
    if (tag === '#Inf' || tag === '#-Inf' || tag === '#NaN') return tag.slice(1);
    if (/^:./.test(tag)) return this.spaced(tag.slice(1), depth);
    if (!/^[A-Za-z]/.test(tag)) this.fail(`"#${tag}" is no tag`, start);
    return this.form(depth);
  }

  /** A map whose keys without a namespace get this one: `#:a{:b 1}` is `{:a/b 1}`, and `:_/b` there means `:b`. */
  private spaced(namespace: string, depth: number): Json {
    this.blank();
    if (this.pos < this.limit && this.bytes[this.pos] !== CURLY)
      this.fail(`found ${this.shown(this.pos)} where the map of "#:${namespace}" should be`, this.pos);
    const entries = Object.entries(this.form(depth) as { [key: string]: Json });
    return Object.fromEntries(
      entries.map(([key, value]) => {
        if (key.startsWith('_/')) return [key.slice(2), value];
        return [key.includes('/') ? key : `${namespace}/${key}`, value];
      }),
    );
  }

  /** Moves behind the token at `pos`. */
  private token(mayEnd: boolean): void {
    const { bytes } = this;
    const start = this.pos;
    // A character may be a delimiter itself: `\,`.
    if (bytes[start] === BACKSLASH && start + 1 < this.limit) this.pos += 2;
    while (this.pos < this.limit && DELIMITER[bytes[this.pos]!] === 0) this.pos++;
    if (this.pos >= this.limit && !mayEnd) throw INCOMPLETE;
    if (this.pos === start) this.fail(`found ${this.shown(start)} where a form should be`, start);
  }

  private atom(text: string, at: number): Json {
    if (text.startsWith(':') && text.length > 1) return text.slice(1);
    if (/^[-+]?\d/.test(text)) return this.numeric(text, at);
    if (text === 'nil') return null;
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (text.startsWith('\\')) return this.character(text.slice(1), at);
    if (/[\p{Cc}"@`~]/u.test(text)) this.fail(`${JSON.stringify(text.slice(0, 40))} is no EDN`, at);
    return text;
  }

  private numeric(text: string, at: number): Json {
    if (INTEGER.test(text)) {
      const digits = text.replace(/^\+|N$/g, '');
      return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
    }
    if (HEX.test(text)) return hexadecimal(text);
    if (DECIMAL.test(text)) return Number(text.replace('M', ''));
    if (RATIO.test(text)) return text;
    return this.fail(`${JSON.stringify(text.slice(0, 40))} is no number`, at);
  }

  private character(name: string, at: number): string {
    if ([...name].length === 1) return name;
    if (/^u[0-9a-fA-F]{4}$/.test(name)) return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    if (Object.hasOwn(CHARACTERS, name)) return CHARACTERS[name]!;
    return this.fail(`\\${name} is no character`, at);
  }

  private text(): string {
    const { bytes } = this;
    const start = ++this.pos;
    let escaped = false;
    for (; ; this.pos++) {
      if (this.pos >= this.limit) throw INCOMPLETE;
      const c = bytes[this.pos];
      if (c === QUOTE) break;
      if (c === NEWLINE) this.newline(this.pos);
      if (c === BACKSLASH) {
        escaped = true;
        this.pos++;
      }
    }
    const text = this.decode(start, this.pos++);
    if (!escaped) return text;
    return text.replace(/\\(u[0-9a-fA-F]{4}|o?[0-3]?[0-7]{1,2}|[\s\S])/g, (all, what: string) => {
      if (/^u./.test(what)) return String.fromCharCode(Number.parseInt(what.slice(1), 16));
      if (/^o?\d/.test(what)) return String.fromCharCode(Number.parseInt(what.replace('o', ''), 8));
      return ESCAPES[what] ?? this.fail(`${all} is no escape`, start);
    });
  }
}
