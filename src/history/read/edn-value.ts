import { APPEND, OK, R, Shape, UNREAD, W } from '../columns.ts';
import { grownInts } from '../growable.ts';
import { EMPTY_LIST, NO_MATCH } from '../lists.ts';
import { listValue } from '../recorder.ts';
import { stage } from '../stage.ts';
import { NIL } from '../values.ts';
import { CLOSE, CURLY, EdnScanner, HASH, NOT_SCALAR, OPEN, PAREN, UNCURLY, UNPAREN } from './edn-scanner.ts';

const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
/** As in JSON. */
const MOST_INTEGER = 999_999_999;
/** `:app`, `end `, `nil]`, and `:r `, `:w ` with any byte behind them, as big-endian integers. */
const APP = 0x3a617070;
const END = 0x656e6420;
const NIL_CLOSE = 0x6e696c5d;
const READ = 0x3a722000;
const WRITE = 0x3a772000;

/** The values of operations in EDN: as in JSON, the usual shapes by the byte and the rest the general way. */
export abstract class EdnValueReader extends EdnScanner {
  private ids = new Int32Array(64);

  /** Stages the value at `pos` and moves behind it. May throw INCOMPLETE. */
  protected stageValue(type: number, f: number): void {
    const r = this.recorder;
    const { bytes } = this;
    const start = this.pos;
    const { line, lineStart } = this;
    const c = bytes[start];
    if (c === OPEN && bytes[start + 1] === OPEN) {
      if (this.txn(type)) {
        r.hasValue = true;
        return;
      }
    } else if (c === OPEN || c === PAREN || (c === HASH && bytes[start + 1] === CURLY)) {
      if (this.list(f)) {
        r.hasValue = true;
        return;
      }
    } else {
      const id = this.scalar();
      if (id !== NOT_SCALAR) {
        r.x0 = id;
        r.hasValue = id !== NIL;
        return;
      }
    }
    this.pos = start;
    this.line = line;
    this.lineStart = lineStart;
    r.shape = Shape.Scalar;
    r.x0 = NIL;
    r.stagedMops = 0;
    stage(r, this.form(0), type, f);
  }

  /** Micro-operations as Clojure prints them. As for JSON, everything in one loop. */
  private txn(type: number): boolean {
    const { bytes, view } = this;
    const r = this.recorder;
    let { mopF, mopKey, mopVal } = r;
    let at = r.mops;
    let p = this.pos + 1;
    for (;;) {
      if (bytes[p] !== OPEN) return false;
      const head = view.getInt32(p + 1);
      let f: number;
      if (head === APP && view.getInt32(p + 5) === END) {
        f = APPEND;
        p += 9;
      } else if ((head & 0xffffff00) === READ) {
        f = R;
        p += 4;
      } else if ((head & 0xffffff00) === WRITE) {
        f = W;
        p += 4;
      } else return false;
      let key = bytes[p]! - ZERO;
      let digit = bytes[p + 1]! - ZERO;
      let q = p + 1;
      while (digit >>> 0 < 10 && key < 100_000_000) {
        key = 10 * key + digit;
        digit = bytes[++q]! - ZERO;
      }
      if (
        bytes[q] !== SPACE ||
        key >>> 0 > MOST_INTEGER ||
        bytes[p]! > NINE ||
        (bytes[p] === ZERO && q > p + 1)
      ) {
        this.pos = p;
        key = this.scalar();
        if (key === NOT_SCALAR || bytes[this.pos] !== SPACE) return false;
        q = this.pos;
      }
      p = q + 1;
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
      } else if (type !== OK && view.getInt32(p) === NIL_CLOSE) p += 3;
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
      if (next === CLOSE) {
        this.pos = p;
        r.stagedMops = at - r.mops;
        r.shape = Shape.Txn;
        return true;
      }
      if (next !== SPACE) return false;
    }
  }

  /** What a micro-operation read. */
  private result(type: number, key: number): number {
    if (this.bytes[this.pos] !== OPEN) {
      const value = this.scalar();
      return type === OK || value === NOT_SCALAR ? value : UNREAD;
    }
    if (type !== OK) return this.scalars() < 0 ? NOT_SCALAR : UNREAD;
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

  /** A vector, list or set that is no transaction. */
  private list(f: number): boolean {
    const r = this.recorder;
    const { bytes } = this;
    const start = this.pos;
    if (bytes[start] === OPEN) {
      this.pos++;
      this.blank();
      const first = bytes[this.pos] === CLOSE ? NOT_SCALAR : this.scalar();
      this.blank();
      if (first !== NOT_SCALAR && bytes[this.pos] === OPEN) return this.keyed(first, f);
      const set = bytes[this.pos] === HASH && bytes[this.pos + 1] === CURLY;
      if (first !== NOT_SCALAR && (set || bytes[this.pos] === PAREN)) return this.keyed(first, f);
      const second = first === NOT_SCALAR || bytes[this.pos] === CLOSE ? NOT_SCALAR : this.scalar();
      this.blank();
      if (second !== NOT_SCALAR && bytes[this.pos] === CLOSE) {
        this.pos++;
        this.pair(first, second);
        return true;
      }
    }
    this.pos = start;
    const handle = this.plainList(f, NIL);
    if (handle === NO_MATCH) return false;
    if (handle === PAIR) this.pair(this.ids[0]!, this.ids[1]!);
    else {
      r.shape = handle === EMPTY_LIST && r.fName(f) === 'txn' ? Shape.Txn : Shape.List;
      r.x0 = handle;
    }
    return true;
  }

  private pair(first: number, second: number): void {
    const r = this.recorder;
    r.shape = Shape.Pair;
    r.x0 = first;
    r.x1 = second;
  }

  /** `[key [` … `]]` */
  private keyed(key: number, f: number): boolean {
    const r = this.recorder;
    const handle = this.plainList(f, key);
    if (handle === NO_MATCH) return false;
    r.x0 = key;
    if (handle === PAIR) {
      r.shape = Shape.PairOfPair;
      r.x1 = this.ids[0]!;
      r.x2 = this.ids[1]!;
    } else {
      r.shape = Shape.KeyedList;
      r.x1 = handle;
    }
    this.blank();
    return this.bytes[this.pos++] === CLOSE;
  }

  /** A handle of `plain`, PAIR (and `ids` has the two), or NO_MATCH. */
  private plainList(f: number, key: number): number {
    const { plain } = this.recorder;
    const family = this.recorder.plainFamilyOf(f, key);
    const { bytes, pos } = this;
    if (bytes[pos] === OPEN && plain.length(family) > 0) {
      const handle = plain.match(family, bytes, this.view, pos + 1, this.limit);
      if (handle !== NO_MATCH && !plain.isPair(handle)) {
        this.pos = plain.end;
        return handle;
      }
    }
    const n = this.scalars();
    return n < 0 ? NO_MATCH : n === 2 ? PAIR : plain.putApart(family, this.ids, n);
  }

  /** The list of scalars at `pos` into `ids`: how many; −1 when it is something else or not complete. */
  private scalars(): number {
    const { bytes } = this;
    const open = bytes[this.pos];
    const close = open === OPEN ? CLOSE : open === PAREN ? UNPAREN : UNCURLY;
    this.pos += open === HASH ? 2 : 1;
    for (let n = 0; ; n++) {
      this.blank();
      if (bytes[this.pos] === close) {
        this.pos++;
        return n;
      }
      const id = this.scalar();
      if (id === NOT_SCALAR) return -1;
      if (n === this.ids.length) this.ids = grownInts(this.ids, n + 1);
      this.ids[n] = id;
    }
  }
}

const PAIR = -3;
