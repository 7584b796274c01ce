import { Shape } from '../columns.ts';
import { grownInts } from '../growable.ts';
import { EMPTY_LIST, NO_MATCH } from '../lists.ts';
import { stage } from '../stage.ts';
import { NIL } from '../values.ts';
import { digitsKept } from './digits.ts';
import { CLOSE, COMMA, JsonScanner, OPEN } from './json-scanner.ts';
import { NOT_SCALAR } from './scanning.ts';

/** The values of operations: the shapes that checks know go straight into the recorder; anything else by `digitsKept`. */
export abstract class JsonValueReader extends JsonScanner {
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
    } else if (this.bytes[start + 1] === OPEN ? this.txn(type) : this.listed(f)) {
      r.hasValue = true;
      return;
    }
    this.pos = start;
    r.shape = Shape.Scalar;
    r.x0 = NIL;
    r.stagedMops = 0;
    this.skip();
    stage(r, digitsKept(this.decode(start, this.pos)), type, f);
  }

  /** A list that is no transaction. */
  private listed(f: number): boolean {
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
    const start = this.pos++;
    const handle = this.matched(plain, family);
    if (handle !== NO_MATCH) return handle;
    this.pos = start;
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

  protected scalars(): number {
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
