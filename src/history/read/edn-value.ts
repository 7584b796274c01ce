import { Shape } from '../columns.ts';
import { grownInts } from '../growable.ts';
import { EMPTY_LIST, NO_MATCH } from '../lists.ts';
import { stage } from '../stage.ts';
import { NIL } from '../values.ts';
import { CLOSE, CURLY, EdnScanner, HASH, OPEN, PAREN, UNCURLY, UNPAREN } from './edn-scanner.ts';
import { NOT_SCALAR } from './scanning.ts';

/** The values of operations in EDN: as in JSON, the usual shapes by the byte and the rest the general way. */
export abstract class EdnValueReader extends EdnScanner {
  /** Stages the value at `pos` and moves behind it. May throw INCOMPLETE. */
  protected stageValue(type: number, f: number): void {
    const r = this.recorder;
    const { bytes } = this;
    const start = this.pos;
    const { line, lineStart } = this;
    const c = bytes[start];
    if (c === OPEN && bytes[start + 1] === OPEN) {
      if (this.txn(type)) return;
    } else if (c === OPEN || c === PAREN || (c === HASH && bytes[start + 1] === CURLY)) {
      if (this.listed(f)) {
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

  /** A vector, list or set that is no transaction. */
  private listed(f: number): boolean {
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
    const start = this.pos;
    if (this.bytes[start] === OPEN && plain.length(family) > 0) {
      this.pos++;
      const handle = this.matched(plain, family);
      if (handle !== NO_MATCH && !plain.isPair(handle)) return handle;
      this.pos = start;
    }
    const n = this.scalars();
    return n < 0 ? NO_MATCH : n === 2 ? PAIR : plain.putApart(family, this.ids, n);
  }

  protected scalars(): number {
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
