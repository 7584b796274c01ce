import { OK } from '../columns.ts';
import type { Json } from '../op.ts';
import { INVOKE, Recorder } from '../recorder.ts';
import {
  CLOSE,
  COLON,
  CURLY,
  DELIMITER,
  HASH,
  INCOMPLETE,
  OPEN,
  PAREN,
  UNCURLY,
  UNPAREN,
} from './edn-scanner.ts';
import { EdnValueReader } from './edn-value.ts';
import { Field, NONE } from './fields.ts';
import { takeObject } from './object.ts';
import type { Tokens } from './tokens.ts';

const COMMA = 0x2c;
const SPACE = 0x20;
/** `:ok` with any byte behind it, `:inv` and `voke`. */
const KEYWORD_OK = 0x3a6f6b00;
const KEYWORD_INV = 0x3a696e76;
const VOKE = 0x766f6b65;

/**
 * Reads Jepsen's `history.edn`: maps or `jepsen.history.Op` records one after the other, or in one vector or list; keys in any
 * order. Keys other than those of an Ordeal record are ignored. About linear in the bytes.
 */
export class EdnReader extends EdnValueReader {
  /** The bracket that closes the vector or list around the records; 0 outside. */
  private closing = 0;
  /** Nothing is tried again until so many bytes are there: a huge record costs no more than twice its length. */
  private worthwhile = 0;

  constructor() {
    super(new Recorder('line', true));
  }

  protected nameText(from: number, to: number): string {
    return this.decode(from + 1, to - (this.bytes[from] === COLON ? 0 : 1));
  }

  protected unknownType(type: string, from: number): never {
    return this.fail(`type :${type} is none of :invoke, :ok, :fail, :info`, from);
  }

  protected consume(): void {
    if (this.limit - this.pos < this.worthwhile) return;
    this.worthwhile = 0;
    if (!this.records()) this.worthwhile = 2 * (this.limit - this.pos);
  }

  protected end(): void {
    this.last = true;
    const start = this.pos;
    if (!this.records()) {
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

  /** All complete records. False when an incomplete one is left, at `pos`. */
  private records(): boolean {
    let { pos, line, lineStart } = this;
    try {
      for (;;) {
        ({ pos, line, lineStart } = this);
        this.blank();
        ({ pos, line, lineStart } = this);
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
    const c = this.bytes[this.pos];
    if (c === CURLY) this.oneRecord();
    else if (c === HASH) this.tagged();
    else if ((c === OPEN || c === PAREN) && this.closing === 0) {
      this.closing = c === OPEN ? CLOSE : UNPAREN;
      this.pos++;
    } else if (c === this.closing) {
      this.closing = 0;
      this.pos++;
    } else this.fail('found this where a record {…} should be', this.pos);
  }

  /** Moves to the brace behind `#jepsen.history.Op` and the like. */
  private tagged(): void {
    let p = this.pos + 1;
    while (p < this.limit && DELIMITER[this.bytes[p]!] === 0) p++;
    while (p < this.limit && this.bytes[p] === 0x20) p++;
    if (p >= this.limit) throw INCOMPLETE;
    if (this.bytes[p] !== CURLY || p === this.pos + 1)
      this.fail('found this where a record {…} should be', this.pos);
    this.pos = p;
    this.oneRecord();
  }

  private oneRecord(): void {
    const start = this.pos;
    const { line, lineStart } = this;
    this.recorder.place = line;
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
    const { bytes, view } = this;
    this.clear();
    this.pos++;
    for (;;) {
      if (bytes[this.pos] === COMMA && bytes[this.pos + 1] === SPACE) this.pos += 2;
      let field = usualField(view, this.pos);
      if (field === NONE) {
        this.blank();
        if (bytes[this.pos] === UNCURLY) break;
        field = usualField(view, this.pos);
      }
      if (field !== NONE) this.pos += FIELD_LENGTH[field]!;
      else if ((field = this.name(this.fieldNames)) < 0) return false;
      if (bytes[this.pos] === SPACE) this.pos++;
      this.blank();
      if (!this.take(field)) return false;
    }
    this.pos++;
    return this.complete();
  }

  protected typeName(): number {
    const type = this.usualType();
    return type < 0 ? this.name(this.typeNames) : type;
  }

  /** The type's number, and moves behind it; NONE when it is not spelt as Clojure prints it. */
  private usualType(): number {
    const { bytes, view, pos } = this;
    const head = view.getInt32(pos);
    if ((head & 0xffffff00) === KEYWORD_OK && DELIMITER[bytes[pos + 3]!] === 1) {
      this.pos = pos + 3;
      return OK;
    }
    if (head === KEYWORD_INV && view.getInt32(pos + 3) === VOKE && DELIMITER[bytes[pos + 7]!] === 1) {
      this.pos = pos + 7;
      return INVOKE;
    }
    return NONE;
  }

  protected function(): number {
    const f = this.fNames.quick(this.view, this.pos);
    const end = this.pos + this.fNames.length;
    if (f < 0 || DELIMITER[this.bytes[end]!] === 0) return this.name(this.fNames);
    this.pos = end;
    return f;
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

/** Lengths of the fields' keywords, by number. */
const FIELD_LENGTH = [6, 5, 8, 5, 2, 6];

function usualField(view: DataView, p: number): number {
  switch (view.getInt32(p)) {
    case 0x3a747970: // :typ
      return view.getInt16(p + 4) === 0x6520 ? Field.type : NONE;
    case 0x3a76616c: // :val
      return view.getInt16(p + 4) === 0x7565 && view.getInt8(p + 6) === 0x20 ? Field.value : NONE;
    case 0x3a70726f: // :pro
      return view.getInt32(p + 4) === 0x63657373 && view.getInt8(p + 8) === 0x20 ? Field.process : NONE;
    case 0x3a74696d: // :tim
      return view.getInt16(p + 4) === 0x6520 ? Field.time : NONE;
    case 0x3a696e64: // :ind
      return view.getInt16(p + 4) === 0x6578 && view.getInt8(p + 6) === 0x20 ? Field.index : NONE;
    default:
      return view.getInt16(p) === 0x3a66 && view.getInt8(p + 2) === 0x20 ? Field.f : NONE;
  }
}
