import { either, orNoText } from './find';
import {
  ALONE,
  ALONE_END,
  APPEND,
  CLOSE,
  COMMA,
  FAIL,
  FUNCTION,
  INDEX,
  INFO,
  INVOKE,
  KEY_AT,
  LIST_AT,
  MOP,
  MOPS,
  MOPS_END,
  NIL,
  OF_FUNCTION,
  OK,
  OUT,
  PAIR,
  PAIR_OF_PAIR,
  PROCESS,
  R,
  REST,
  SCALAR,
  SPACE,
  TEXT,
  TIME,
  TXN,
  TYPE,
  UNREAD,
  VALUE_AT,
  W,
} from './layout';
import { NO_MATCH } from './list-layout';
import { matchEnd, matchRead } from './lists';
import { nameAt, nameLength } from './names';
import { span, whole, wide, wideSpan } from './numbers';
import { begin, complete, mop, putOff, value } from './record';
import { take } from './rows';
import { at, line, lineStart, mopCodes, mopCount, moveTo, nextLine, setTxn, startAt } from './state';

const TAB: u8 = 0x09;
const NEWLINE: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const QUOTE: u8 = 0x22;
const HASH: u8 = 0x23;
const PAREN: u8 = 0x28;
const UNPAREN: u8 = 0x29;
const SEMICOLON: u8 = 0x3b;
const OPEN: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
const CURLY: u8 = 0x7b;
const UNCURLY: u8 = 0x7d;

// Pieces of text as they are loaded: the first byte is the lowest.
const OPEN_OPEN: u16 = 0x5b5b;
const CLOSE_CLOSE: u16 = 0x5d5d;
const SET: u16 = 0x7b23;
const THREE: u32 = 0x00ffffff;
const NIL_NAME: u32 = 0x006c696e;
/** `#jepsen.`, `history.`, `Op{` */
const JEPSEN: u64 = 0x2e6e657370656a23;
const HISTORY: u64 = 0x2e79726f74736968;
const OP: u32 = 0x007b704f;
/** `:index `, `:process` and a space, `:value ` */
const SEVEN: u64 = 0x00ffffffffffffff;
const INDEX_KEY: u64 = 0x00207865646e693a;
const PROCESS_KEY: u64 = 0x737365636f72703a;
const VALUE_KEY: u64 = 0x002065756c61763a;
/** `:time `, `:type ` */
const SIX: u64 = 0x0000ffffffffffff;
const TIME_KEY: u64 = 0x000020656d69743a;
const TYPE_KEY: u64 = 0x000020657079743a;
/** `:f ` */
const FUNCTION_KEY: u32 = 0x0020663a;
/** `:ok`, `:invoke`, `:fail`, `:info` */
const OK_NAME: u32 = 0x006b6f3a;
const INVOKE_NAME: u64 = 0x00656b6f766e693a;
const FIVE: u64 = 0x000000ffffffffff;
const FAIL_NAME: u64 = 0x0000006c6961663a;
const INFO_NAME: u64 = 0x0000006f666e693a;
/** `[:r `, `[:w `, `[:append` and a space */
const READ: u32 = 0x20723a5b;
const WRITE: u32 = 0x20773a5b;
const APPENDS: u64 = 0x646e657070613a5b;

/**
 * Takes in maps and `jepsen.history.Op` records as Clojure prints them on one line, from `from` on, which lies in line `firstLine` that
 * began at `firstStart`. Stops as `scanJson` does.
 */
export function scanEdn(from: u32, limit: u32, firstLine: i32, firstStart: u32): bool {
  startAt(from, firstLine, firstStart);
  while (at < limit) {
    const c = load<u8>(at);
    if (c === NEWLINE) nextLine(at + 1);
    else if (c === SPACE || c === COMMA || c === RETURN || c === TAB) moveTo(at + 1);
    else {
      begin(at, line, lineStart);
      const end = record(behindTag(at), limit);
      if (end === 0) break;
      moveTo(end);
      if (!take()) return true;
    }
  }
  return false;
}

function behindTag(p: u32): u32 {
  const tagged =
    load<u64>(p) === JEPSEN && load<u64>(p + 8) === HISTORY && (load<u32>(p + 16) & THREE) === OP;
  return tagged ? p + 18 : p;
}

/** One record: its end, or its rest; 0 when it needs the general way. */
function record(start: u32, limit: u32): u32 {
  if (load<u8>(start) !== CURLY) return 0;
  let valued = false;
  let p = start + 1;
  while (true) {
    const key = load<u64>(p);
    if ((key & SEVEN) === INDEX_KEY) {
      p += 7;
      const digits = span(p);
      if (digits === 0) return 0;
      store<i32>(OUT, whole(p, digits), INDEX);
      p += digits;
    } else if ((key & SIX) === TIME_KEY) {
      p += 6;
      const digits = wideSpan(p);
      if (digits === 0) return 0;
      store<f64>(OUT, wide(p, digits), TIME);
      p += digits;
    } else if (key === PROCESS_KEY && load<u8>(p + 8) === SPACE) {
      p += 9;
      const digits = span(p);
      if (digits === 0) return 0;
      store<i32>(OUT, whole(p, digits), PROCESS);
      p += digits;
    } else if ((key & SIX) === TYPE_KEY && !valued) {
      p = typeAt(p + 6);
      if (p === 0) return 0;
    } else if ((<u32>key & THREE) === FUNCTION_KEY && !valued) {
      p += 3;
      const f = nameAt(p, OF_FUNCTION);
      if (f < 0) return 0;
      store<i32>(OUT, f, FUNCTION);
      p += nameLength;
    } else if ((key & SEVEN) === VALUE_KEY && !valued) {
      if (load<i32>(OUT, TYPE) < 0 || load<i32>(OUT, FUNCTION) < 0) return 0;
      p = valueAt(p + 7, limit);
      if (p === 0) return 0;
      valued = true;
    } else {
      store<u32>(OUT, p, REST);
      return p;
    }
    if (load<u8>(p) === UNCURLY) return complete() ? p + 1 : 0;
    if (load<u8>(p) === COMMA) p++;
    if (load<u8>(p) !== SPACE) return 0;
    p++;
  }
}

function typeAt(p: u32): u32 {
  const name = load<u64>(p);
  let type = OK;
  let length: u32 = 3;
  if ((<u32>name & THREE) !== OK_NAME) {
    if ((name & SEVEN) === INVOKE_NAME) {
      type = INVOKE;
      length = 7;
    } else {
      if ((name & FIVE) === FAIL_NAME) type = FAIL;
      else if ((name & FIVE) === INFO_NAME) type = INFO;
      else return 0;
      length = 5;
    }
  }
  store<i32>(OUT, type, TYPE);
  return p + length;
}

/** Behind the value at `p`, which becomes the record's; or 0. */
function valueAt(p: u32, limit: u32): u32 {
  if (load<u16>(p) === OPEN_OPEN) {
    if (load<i32>(OUT, TYPE) === INVOKE) {
      const end = canWait(p, limit);
      if (end !== 0) {
        putOff(p, end, closes);
        return end;
      }
    }
    const end = transaction(p, limit, load<i32>(OUT, TYPE), MOPS, MOPS_END);
    value(TXN, mopCount, mopCodes, 0);
    return end;
  }
  const c = load<u8>(p);
  if (c === OPEN) {
    const end = pairAt(p + 1);
    return end !== 0 ? end : textUpTo(p, listEnd(p, limit));
  }
  if (load<u16>(p) === SET) return textUpTo(p, closing(p + 2, limit, UNCURLY));
  if (c === PAREN) return textUpTo(p, closing(p, limit, UNPAREN));
  const digits = span(p);
  if (digits > 0 && ends(p + digits)) {
    value(SCALAR, whole(p, digits), 0, 0);
    return p + digits;
  }
  if ((load<u32>(p) & THREE) === NIL_NAME && ends(p + 3)) {
    value(SCALAR, NIL, 0, 0);
    return p + 3;
  }
  const end = scalarEnd(p, limit);
  value(TEXT, p, end, 0);
  return end;
}

/** The value from `p` up to and with the byte at `last`, which is 0 when there is none. */
function textUpTo(p: u32, last: u32): u32 {
  if (last === 0) return 0;
  value(TEXT, p, last + 1, 0);
  return last + 1;
}

function ends(p: u32): bool {
  const c = load<u8>(p);
  return c === SPACE || c === COMMA || c === UNCURLY || c === CLOSE;
}

/** How many micro-operations the transaction has that `canWait` found the end of. */
let closes = 0;

/**
 * Where the transaction at `p` ends: at its first two closing brackets, as nothing in an invocation's is nested deeper. A string may
 * hold brackets; with one, the transaction is read at once. 0 when there is no such place.
 */
function canWait(p: u32, limit: u32): u32 {
  let bracket = orNoText(p + 2, limit, CLOSE, QUOTE, SEMICOLON);
  closes = 1;
  while (load<u8>(bracket) === CLOSE && load<u8>(bracket + 1) !== CLOSE) {
    bracket = orNoText(bracket + 1, limit, CLOSE, QUOTE, SEMICOLON);
    closes++;
  }
  return load<u8>(bracket) === CLOSE && ends(bracket + 2) ? bracket + 2 : 0;
}

/** `7 3]`, `7 nil]` or `7 [1 2]]`, from behind the bracket. */
function pairAt(start: u32): u32 {
  let digits = span(start);
  const key = whole(start, digits);
  let p = start + digits;
  if (digits === 0 || load<u8>(p) !== SPACE) return 0;
  p++;
  let first = NIL;
  if (load<u8>(p) === OPEN) {
    digits = span(++p);
    first = whole(p, digits);
    p += digits;
    if (digits === 0 || load<u8>(p) !== SPACE) return 0;
    digits = span(++p);
    const second = whole(p, digits);
    p += digits;
    if (digits === 0 || load<u16>(p) !== CLOSE_CLOSE) return 0;
    value(PAIR_OF_PAIR, key, first, second);
    return p + 2;
  }
  if ((load<u32>(p) & THREE) === NIL_NAME) p += 3;
  else {
    digits = span(p);
    if (digits === 0) return 0;
    first = whole(p, digits);
    p += digits;
  }
  if (load<u8>(p) !== CLOSE) return 0;
  value(PAIR, key, first, 0);
  return p + 1;
}

/** The last bracket of a list, or of a key and a list; what is inside is the reader's to check. Or 0. */
function listEnd(p: u32, limit: u32): u32 {
  const bracket = orNoText(p + 1, limit, OPEN, CLOSE, SEMICOLON);
  if (load<u8>(bracket) === CLOSE) return bracket;
  if (load<u8>(bracket) !== OPEN) return 0;
  const inner = closing(bracket, limit, CLOSE);
  return inner !== 0 && load<u8>(inner + 1) === CLOSE ? inner + 1 : 0;
}

/** The first `bracket` on this line, if only ASCII is in front of it; or 0. */
function closing(p: u32, limit: u32, bracket: u8): u32 {
  const end = orNoText(p, limit, bracket, SEMICOLON, SEMICOLON);
  return load<u8>(end) === bracket ? end : 0;
}

/** Behind a string without escapes in ASCII, or a token, whatever it is; or 0. */
function scalarEnd(p: u32, limit: u32): u32 {
  if (load<u8>(p) === QUOTE) {
    const end = orNoText(p + 1, limit, QUOTE, BACKSLASH, BACKSLASH);
    return end !== 0 && load<u8>(end) === QUOTE ? end + 1 : 0;
  }
  const start = p;
  for (let c = load<u8>(p); c > SPACE && c < CURLY && !ends(p); c = load<u8>(p))
    if (
      c === QUOTE ||
      c === HASH ||
      c === PAREN ||
      c === UNPAREN ||
      c === SEMICOLON ||
      c === OPEN ||
      c === BACKSLASH
    )
      return 0;
    else p++;
  return p > start ? p : 0;
}

/** As `txnJson`. */
export function txnEdn(p: u32, limit: u32, type: i32): bool {
  const end = transaction(p, limit, type, ALONE, ALONE_END);
  moveTo(end);
  return end !== 0;
}

/** Behind the transaction at `p`, whose micro-operations come to lie between `first` and `last`; or 0. */
function transaction(start: u32, limit: u32, type: i32, first: u32, last: u32): u32 {
  let to = first;
  let all = 0;
  let p = start + 1;
  while (to < last) {
    const head = load<u64>(p);
    let code = R;
    if (<u32>head === READ) p += 4;
    else if (<u32>head === WRITE) {
      code = W;
      p += 4;
    } else if (head === APPENDS && load<u8>(p + 8) === SPACE) {
      code = APPEND;
      p += 9;
    } else return 0;
    let digits = span(p);
    let key = whole(p, digits);
    if (digits > 0 && load<u8>(p + digits) === SPACE) p += digits;
    else {
      code |= KEY_AT;
      key = p;
      p = scalarEnd(p, limit);
      if (p === 0 || load<u8>(p) !== SPACE) return 0;
    }
    p++;
    let operand = NIL;
    if (load<u8>(p) === OPEN && (code & ~KEY_AT) === R) {
      operand = code === R && type === OK ? matchRead(key, p + 1) : NO_MATCH;
      if (operand !== NO_MATCH) p = matchEnd;
      else {
        code |= LIST_AT;
        operand = p + 1;
        p = either(p, limit, CLOSE, NEWLINE);
        if (p === 0) return 0;
        p++;
      }
    } else if ((load<u32>(p) & THREE) === NIL_NAME && load<u8>(p + 3) === CLOSE) p += 3;
    else {
      digits = span(p);
      operand = whole(p, digits);
      if (digits > 0 && load<u8>(p + digits) === CLOSE) p += digits;
      else {
        code |= VALUE_AT;
        operand = p;
        p = scalarEnd(p, limit);
        if (p === 0) return 0;
      }
    }
    if (load<u8>(p) !== CLOSE) return 0;
    if ((code & ~KEY_AT) === R && type !== OK) operand = UNREAD;
    mop(to, code, key, operand, p);
    all |= code;
    to += MOP;
    const next = load<u8>(p + 1);
    p += 2;
    if (next === CLOSE) {
      setTxn((to - first) / MOP, all);
      return p;
    }
    if (next !== SPACE) return 0;
  }
  return 0;
}
