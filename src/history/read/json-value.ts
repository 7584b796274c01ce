import { APPEND, OK, R, Shape, UNREAD, W } from '../columns.ts';
import { grownInts } from '../growable.ts';
import { EMPTY_LIST, NO_MATCH } from '../lists.ts';
import type { Json } from '../op.ts';
import { listValue, PUT_OFF } from '../recorder.ts';
import { stage } from '../stage.ts';
import { NIL } from '../values.ts';
import { CLOSE, COLON, COMMA, JsonScanner, NOT_SCALAR, OPEN, QUOTE, UNCURLY } from './json-scanner.ts';

const SPACE = 0x20;
const LETTER_A = 0x61;
const LETTER_R = 0x72;
const LETTER_W = 0x77;
/** `ppen`, `d"`, `null` as big-endian integers. */
const PPEN = 0x7070656e;
const D_QUOTE = 0x6422;
const NULL = 0x6e756c6c;
const ZERO = 0x30;
const NINE = 0x39;
/** What the loops below can come to; more, or a first byte that is no digit, is for `scalar`. */
const MOST_INTEGER = 999_999_999;

const NEWLINE = 0x0a;
const BRACES = 0x7d7d7d7d;
const COLONS = 0x3a3a3a3a;
const ONES = 0x01010101;
const TOPS = 0x80808080 | 0;

/** The values of operations: the shapes that checks know go straight into the recorder; anything else by `JSON.parse`. */
export abstract class JsonValueReader extends JsonScanner {
  private ids = new Int32Array(64);

  /** Stages the value at `pos` and moves behind it. */
  protected stageValue(type: number, f: number): void {
    const r = this.recorder;
    const start = this.pos;
    if (this.bytes[start] !== OPEN) {
      const id = this.scalar();
      if (id !== NOT_SCALAR) {
        r.x0 = id;
        r.hasValue = id !== NIL;
        return;
      }
    } else if (this.bytes[start + 1] === OPEN ? this.txn(type) : this.pair() || this.list(f)) {
      r.hasValue = true;
      return;
    }
    this.pos = start;
    r.shape = Shape.Scalar;
    r.x0 = NIL;
    r.stagedMops = 0;
    this.skip();
    stage(r, JSON.parse(this.decode(start, this.pos)) as Json, type, f);
  }

  /**
   * Whether the value at `pos` can be put off: a transaction in ASCII that ends its line's record. Then moves to the
   * record's closing brace. That is the first one, as a transaction has none; a colon would be another key's.
   * Four bytes at a time: `(v − 0x01010101) & ~v & 0x80808080` is not 0 when one of the four bytes of v is.
   */
  protected canWait(): boolean {
    const { bytes, view, pos, limit } = this;
    if (bytes[pos] !== OPEN || bytes[pos + 1] !== OPEN) return false;
    let p = pos + 2;
    while (p < limit) {
      const four = view.getInt32(p);
      const brace = four ^ BRACES;
      const colon = four ^ COLONS;
      const stops = (((brace - ONES) & ~brace) | ((colon - ONES) & ~colon) | four) & TOPS;
      if (stops !== 0) break;
      p += 4;
    }
    while (bytes[p] !== UNCURLY && bytes[p] !== COLON && bytes[p]! < 0x80 && p < limit) p++;
    if (bytes[p] !== UNCURLY || bytes[p - 1] !== CLOSE || bytes[p - 2] !== CLOSE || p < pos + 5) return false;
    if (bytes[p + 1] !== NEWLINE) return false;
    this.pos = p;
    this.recorder.shape = PUT_OFF;
    return true;
  }

  /**
   * Micro-operations in their usual spelling. Everything the loop needs is local, and plain integers, which keys and
   * values nearly always are, are read in place: this is where most bytes of most histories are.
   */
  private txn(type: number): boolean {
    const { bytes, view } = this;
    const r = this.recorder;
    let { mopF, mopKey, mopVal } = r;
    let at = r.mops;
    let p = this.pos + 1;
    for (;;) {
      if (bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) return false;
      const c = bytes[p + 2];
      let f: number;
      if (c === LETTER_A && view.getInt32(p + 3) === PPEN && view.getInt16(p + 7) === D_QUOTE) {
        f = APPEND;
        p += 9;
      } else if ((c === LETTER_R || c === LETTER_W) && bytes[p + 3] === QUOTE) {
        f = c === LETTER_R ? R : W;
        p += 4;
      } else return false;
      if (bytes[p] !== COMMA) return false;
      p += bytes[p + 1] === SPACE ? 2 : 1;
      let key = bytes[p]! - ZERO;
      let digit = bytes[p + 1]! - ZERO;
      let q = p + 1;
      while (digit >>> 0 < 10 && key < 100_000_000) {
        key = 10 * key + digit;
        digit = bytes[++q]! - ZERO;
      }
      if (
        bytes[q] !== COMMA ||
        key >>> 0 > MOST_INTEGER ||
        bytes[p]! > NINE ||
        (bytes[p] === ZERO && q > p + 1)
      ) {
        this.pos = p;
        key = this.scalar();
        if (key === NOT_SCALAR || bytes[this.pos] !== COMMA) return false;
        q = this.pos;
      }
      p = q + (bytes[q + 1] === SPACE ? 2 : 1);
      let value = UNREAD;
      if (f !== R) {
        value = bytes[p]! - ZERO;
        digit = bytes[p + 1]! - ZERO;
        q = p + 1;
        while (digit >>> 0 < 10 && value < 100_000_000) {
          value = 10 * value + digit;
          digit = bytes[++q]! - ZERO;
        }
        if (
          bytes[q] !== CLOSE ||
          value >>> 0 > MOST_INTEGER ||
          bytes[p]! > NINE ||
          (bytes[p] === ZERO && q > p + 1)
        ) {
          this.pos = p;
          value = this.scalar();
          if (value === NOT_SCALAR) return false;
          q = this.pos;
        }
        p = q;
      } else if (type !== OK && view.getInt32(p) === NULL) p += 4;
      else {
        this.pos = p;
        value = this.result(type, key);
        if (value === NOT_SCALAR) return false;
        p = this.pos;
      }
      if (bytes[p] !== CLOSE) return false;
      if (at >= mopF.length) {
        r.enlargeMops();
        ({ mopF, mopKey, mopVal } = r);
      }
      mopF[at] = f;
      mopKey[at] = key;
      mopVal[at++] = value;
      const next = bytes[p + 1];
      p += 2;
      if (next === COMMA) {
        if (bytes[p] === SPACE) p++;
      } else if (next === CLOSE) {
        this.pos = p;
        r.stagedMops = at - r.mops;
        r.shape = Shape.Txn;
        return true;
      } else return false;
    }
  }

  /** What a micro-operation read. */
  private result(type: number, key: number): number {
    if (this.bytes[this.pos] !== OPEN) {
      const value = this.scalar();
      return type === OK || value === NOT_SCALAR ? value : UNREAD;
    }
    if (type !== OK) {
      this.skip();
      return UNREAD;
    }
    const { reads } = this.recorder;
    const family = this.recorder.familyOf(key);
    const handle = reads.match(family, this.bytes, this.view, this.pos + 1, this.limit);
    if (handle !== NO_MATCH) {
      this.pos = reads.end;
      return listValue(handle);
    }
    const n = this.scalars();
    return n < 0 ? NOT_SCALAR : listValue(reads.put(family, this.ids, n));
  }

  /** `[7,3]` or `[7,null]`, the keyed values of most histories. Leaves `pos` where it was when it is anything else. */
  private pair(): boolean {
    const { bytes } = this;
    let p = this.pos + 1;
    if (bytes[p] === ZERO && bytes[p + 1] !== COMMA) return false;
    let key = 0;
    let digit = bytes[p]! - ZERO;
    if (digit >>> 0 > 9) return false;
    while (digit >>> 0 < 10 && key < 100_000_000) {
      key = 10 * key + digit;
      digit = bytes[++p]! - ZERO;
    }
    if (bytes[p] !== COMMA) return false;
    p += bytes[p + 1] === SPACE ? 2 : 1;
    let value = NIL;
    digit = bytes[p]! - ZERO;
    if (digit >>> 0 < 10) {
      if (digit === 0 && bytes[p + 1] !== CLOSE) return false;
      value = 0;
      while (digit >>> 0 < 10 && value < 100_000_000) {
        value = 10 * value + digit;
        digit = bytes[++p]! - ZERO;
      }
    } else if (this.view.getInt32(p) === NULL) p += 4;
    else return false;
    if (bytes[p] !== CLOSE) return false;
    const r = this.recorder;
    r.shape = Shape.Pair;
    r.x0 = key;
    r.x1 = value;
    this.pos = p + 1;
    return true;
  }

  /** A list that is no transaction. */
  private list(f: number): boolean {
    const r = this.recorder;
    const start = this.pos;
    this.pos++;
    this.blank();
    const first = this.bytes[this.pos] === CLOSE ? NOT_SCALAR : this.scalar();
    if (first !== NOT_SCALAR && this.comma()) {
      if (this.bytes[this.pos] === OPEN) return this.keyed(first, f);
      const second = this.scalar();
      this.blank();
      if (second !== NOT_SCALAR && this.bytes[this.pos] === CLOSE) {
        this.pos++;
        r.shape = Shape.Pair;
        r.x0 = first;
        r.x1 = second;
        return true;
      }
    }
    this.pos = start;
    const handle = this.plainList(f, NIL);
    if (handle === NO_MATCH) return false;
    r.shape = handle === EMPTY_LIST && r.fName(f) === 'txn' ? Shape.Txn : Shape.List;
    r.x0 = handle;
    return true;
  }

  /** `[key, [` … `]]` */
  private keyed(key: number, f: number): boolean {
    const r = this.recorder;
    const start = this.pos;
    this.pos++;
    this.blank();
    const first = this.bytes[this.pos] === CLOSE ? NOT_SCALAR : this.scalar();
    const second = first !== NOT_SCALAR && this.comma() ? this.scalar() : NOT_SCALAR;
    this.blank();
    r.x0 = key;
    if (second !== NOT_SCALAR && this.bytes[this.pos] === CLOSE) {
      this.pos++;
      r.shape = Shape.PairOfPair;
      r.x1 = first;
      r.x2 = second;
    } else {
      this.pos = start;
      r.shape = Shape.KeyedList;
      r.x1 = this.plainList(f, key);
      if (r.x1 === NO_MATCH) return false;
    }
    this.blank();
    return this.bytes[this.pos++] === CLOSE;
  }

  private plainList(f: number, key: number): number {
    const { plain } = this.recorder;
    const family = this.recorder.plainFamilyOf(f, key);
    const handle = plain.match(family, this.bytes, this.view, this.pos + 1, this.limit);
    if (handle !== NO_MATCH) {
      this.pos = plain.end;
      return handle;
    }
    const n = this.scalars();
    return n < 0 ? NO_MATCH : plain.putApart(family, this.ids, n);
  }

  private comma(): boolean {
    this.blank();
    if (this.bytes[this.pos] !== COMMA) return false;
    this.pos++;
    this.blank();
    return true;
  }

  /** The list of scalars at `pos` into `ids`: how many; −1 when it is something else. */
  private scalars(): number {
    let n = 0;
    this.pos++;
    this.blank();
    if (this.bytes[this.pos] === CLOSE) {
      this.pos++;
      return 0;
    }
    for (;;) {
      const id = this.scalar();
      if (id === NOT_SCALAR) return -1;
      if (n === this.ids.length) this.ids = grownInts(this.ids, n + 1);
      this.ids[n++] = id;
      if (this.comma()) continue;
      if (this.bytes[this.pos] !== CLOSE) return -1;
      this.pos++;
      return n;
    }
  }
}
