import { closed, either, opened, orNoText } from './find';
import {
  ALONE,
  ALONE_END,
  APPEND,
  CLOSE,
  COMMA,
  EPOCH,
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
  NODE,
  OF_FUNCTION,
  OF_NODE,
  OF_WORKLOAD,
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
  WORKLOAD,
} from './layout';
import { NO_MATCH } from './list-layout';
import { matchEnd, matchRead } from './lists';
import { nameAt, nameLength } from './names';
import { behindSpace, span, whole, wide, wideSpan } from './numbers';
import { begin, complete, mop, putOff, value } from './record';
import { take } from './rows';
import { at, line, lineStart, mopCodes, mopCount, moveTo, nextLine, setTxn, startAt } from './state';

const NEWLINE: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const QUOTE: u8 = 0x22;
const OPEN: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
const CURLY: u8 = 0x7b;
const UNCURLY: u8 = 0x7d;

// Pieces of text as they are loaded: the first byte is the lowest.
const OPEN_OPEN: u16 = 0x5b5b;
const CLOSE_CLOSE: u16 = 0x5d5d;
const NULL: u32 = 0x6c6c756e;
/** `"index":`, `"process`, `":`, `"value":` */
const INDEX_KEY: u64 = 0x3a227865646e6922;
const PROCESS_KEY: u64 = 0x737365636f727022;
const QUOTE_COLON: u16 = 0x3a22;
const VALUE_KEY: u64 = 0x3a2265756c617622;
/** `"time":`, `"type":` */
const SEVEN: u64 = 0x00ffffffffffffff;
const TIME_KEY: u64 = 0x003a22656d697422;
const TYPE_KEY: u64 = 0x003a226570797422;
/** `"workloa`, `d":`, `"node":`, `"epoch":` */
const WORKLOAD_KEY: u64 = 0x616f6c6b726f7722;
const D_KEY: u32 = 0x003a2264;
const THREE: u32 = 0x00ffffff;
const NODE_KEY: u64 = 0x003a2265646f6e22;
const EPOCH_KEY: u64 = 0x3a2268636f706522;
/** `"f":` */
const FUNCTION_KEY: u32 = 0x3a226622;
/** `"ok"`, `"invoke"`, `"fail"`, `"info"` */
const OK_NAME: u32 = 0x226b6f22;
const INVOKE_NAME: u64 = 0x22656b6f766e6922;
const SIX: u64 = 0x0000ffffffffffff;
const FAIL_NAME: u64 = 0x0000226c69616622;
const INFO_NAME: u64 = 0x0000226f666e6922;
/** `["r"`, `["w"`, `["append` */
const READ: u32 = 0x2272225b;
const WRITE: u32 = 0x2277225b;
const APPENDS: u64 = 0x646e65707061225b;

/**
 * Takes in lines in their usual spelling, from `from` on, which lies in line `firstLine` that began at `firstStart`. Stops
 * behind the first record that its reader has to take in, or at the rest of it: true; and false in front of the first line that is
 * spelt otherwise, and at the end.
 */
export function scanJson(from: u32, limit: u32, firstLine: i32, firstStart: u32): bool {
  startAt(from, firstLine, firstStart);
  while (at < limit) {
    if (load<u8>(at) === NEWLINE) {
      nextLine(at + 1);
      continue;
    }
    begin(at, line, lineStart);
    const end = record(at, limit);
    if (end === 0) break;
    const taken = take();
    if (load<u32>(OUT, REST) === 0) nextLine(end);
    else moveTo(end);
    if (!taken) return true;
  }
  return false;
}

/** One line: where the next begins, or its rest; 0 when it needs the general way. */
function record(start: u32, limit: u32): u32 {
  if (load<u8>(start) !== CURLY) return 0;
  let valued = false;
  let p = start + 1;
  while (true) {
    const key = load<u64>(p);
    if (key === INDEX_KEY) {
      p = behindSpace(p + 8);
      const digits = span(p);
      if (digits === 0) return 0;
      store<i32>(OUT, whole(p, digits), INDEX);
      p += digits;
    } else if ((key & SEVEN) === TIME_KEY) {
      p = behindSpace(p + 7);
      const digits = wideSpan(p);
      if (digits === 0) return 0;
      store<f64>(OUT, wide(p, digits), TIME);
      p += digits;
    } else if (key === PROCESS_KEY && load<u16>(p + 8) === QUOTE_COLON) {
      p = behindSpace(p + 10);
      const digits = span(p);
      if (digits === 0) return 0;
      store<i32>(OUT, whole(p, digits), PROCESS);
      p += digits;
    } else if ((key & SEVEN) === TYPE_KEY && !valued) {
      p = typeAt(behindSpace(p + 7));
      if (p === 0) return 0;
    } else if (<u32>key === FUNCTION_KEY && !valued) {
      p = behindSpace(p + 4);
      const f = nameAt(p, OF_FUNCTION);
      if (f < 0) return 0;
      store<i32>(OUT, f, FUNCTION);
      p += nameLength;
    } else if (key === VALUE_KEY && !valued) {
      if (load<i32>(OUT, TYPE) < 0 || load<i32>(OUT, FUNCTION) < 0) return 0;
      p = valueAt(behindSpace(p + 8), limit);
      if (p === 0) return 0;
      valued = true;
    } else if (key === WORKLOAD_KEY && (load<u32>(p + 8) & THREE) === D_KEY) {
      const name = behindSpace(p + 11);
      const workload = nameAt(name, OF_WORKLOAD);
      if (workload < 0) return rest(p);
      store<i32>(OUT, workload, WORKLOAD);
      p = name + nameLength;
    } else if ((key & SEVEN) === NODE_KEY) {
      const name = behindSpace(p + 7);
      const node = nameAt(name, OF_NODE);
      if (node < 0) return rest(p);
      store<i32>(OUT, node, NODE);
      p = name + nameLength;
    } else if (key === EPOCH_KEY) {
      p = behindSpace(p + 8);
      const digits = span(p);
      if (digits === 0) return 0;
      store<i32>(OUT, whole(p, digits), EPOCH);
      p += digits;
    } else return rest(p);
    const next = load<u8>(p++);
    if (next === UNCURLY) return complete() ? lineEnd(p, limit) : 0;
    if (next !== COMMA) return 0;
    p = behindSpace(p);
  }
}

/** The record's fields from `p` on are left to the reader. */
function rest(p: u32): u32 {
  store<u32>(OUT, p, REST);
  return p;
}

/** Behind the end of the line at `p`, or 0. */
function lineEnd(p: u32, limit: u32): u32 {
  if (p >= limit) return p === limit ? p : 0;
  if (load<u8>(p) === RETURN) p++;
  return load<u8>(p) === NEWLINE ? p + 1 : 0;
}

function typeAt(p: u32): u32 {
  const name = load<u64>(p);
  let type = OK;
  let length: u32 = 4;
  if (<u32>name !== OK_NAME) {
    if (name === INVOKE_NAME) {
      type = INVOKE;
      length = 8;
    } else {
      if ((name & SIX) === FAIL_NAME) type = FAIL;
      else if ((name & SIX) === INFO_NAME) type = INFO;
      else return 0;
      length = 6;
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
        putOff(p, end, opened);
        return end;
      }
    }
    const end = transaction(p, limit, load<i32>(OUT, TYPE), MOPS, MOPS_END);
    value(TXN, mopCount, mopCodes, 0);
    return end;
  }
  const first = load<u8>(p);
  if (first === OPEN) {
    const end = pairAt(p + 1);
    return end !== 0 ? end : listAt(p, limit);
  }
  const digits = span(p);
  if (digits > 0 && ends(p + digits)) {
    value(SCALAR, whole(p, digits), 0, 0);
    return p + digits;
  }
  if (load<u32>(p) === NULL) {
    value(SCALAR, NIL, 0, 0);
    return p + 4;
  }
  const end = scalarEnd(p, limit);
  value(TEXT, p, end, 0);
  return end;
}

function ends(p: u32): bool {
  const c = load<u8>(p);
  return c === COMMA || c === UNCURLY || c === CLOSE;
}

/**
 * Whether the transaction at `p` ends its line, without another key, a control character or anything but ASCII in it: then where. A
 * transaction has no brace, so the first one is the record's; a colon would be another key's.
 */
function canWait(p: u32, limit: u32): u32 {
  const brace = closed(p + 1, limit);
  if (brace < p + 5 || load<u8>(brace) !== UNCURLY || load<u16>(brace - 2) !== CLOSE_CLOSE) return 0;
  return lineEnd(brace + 1, limit) !== 0 ? brace : 0;
}

/** `7,3]`, `7,null]` or `7,[1,2]]`, the keyed values of most histories, from behind the bracket. */
function pairAt(start: u32): u32 {
  let digits = span(start);
  const key = whole(start, digits);
  let p = start + digits;
  if (digits === 0 || load<u8>(p) !== COMMA) return 0;
  p = behindSpace(p + 1);
  let first = NIL;
  if (load<u8>(p) === OPEN) {
    digits = span(++p);
    first = whole(p, digits);
    p += digits;
    if (digits === 0 || load<u8>(p) !== COMMA) return 0;
    p = behindSpace(p + 1);
    digits = span(p);
    const second = whole(p, digits);
    p += digits;
    if (digits === 0 || load<u16>(p) !== CLOSE_CLOSE) return 0;
    value(PAIR_OF_PAIR, key, first, second);
    return p + 2;
  }
  if (load<u32>(p) === NULL) p += 4;
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

/** A list, or a key and a list: its end; what is inside is the reader's to check. */
function listAt(p: u32, limit: u32): u32 {
  let end = either(p + 1, limit, OPEN, CLOSE);
  if (end !== 0 && load<u8>(end) === OPEN) {
    end = either(end + 1, limit, CLOSE, CLOSE);
    if (load<u8>(end + 1) !== CLOSE) return 0;
    end++;
  }
  if (end === 0) return 0;
  value(TEXT, p, end + 1, 0);
  return end + 1;
}

/** Behind a string without escapes in ASCII, a number or a word, whatever it is; or 0. */
function scalarEnd(p: u32, limit: u32): u32 {
  if (load<u8>(p) === QUOTE) {
    const end = orNoText(p + 1, limit, QUOTE, BACKSLASH, BACKSLASH);
    return end !== 0 && load<u8>(end) === QUOTE ? end + 1 : 0;
  }
  const start = p;
  for (let c = load<u8>(p); c > SPACE && c < UNCURLY && c !== COMMA && c !== CLOSE; c = load<u8>(p))
    if (c === OPEN || c === CURLY) return 0;
    else p++;
  return p > start ? p : 0;
}

/** The transaction at `p` on its own: whether it is in the usual spelling. `at` is then behind it. */
export function txnJson(p: u32, limit: u32, type: i32): bool {
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
    } else if (head === APPENDS && load<u8>(p + 8) === QUOTE) {
      code = APPEND;
      p += 9;
    } else return 0;
    if (load<u8>(p) !== COMMA) return 0;
    p = behindSpace(p + 1);
    let digits = span(p);
    let key = whole(p, digits);
    if (digits > 0 && load<u8>(p + digits) === COMMA) p += digits;
    else {
      code |= KEY_AT;
      key = p;
      p = scalarEnd(p, limit);
      if (p === 0 || load<u8>(p) !== COMMA) return 0;
    }
    p = behindSpace(p + 1);
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
    } else if (load<u32>(p) === NULL) p += 4;
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
    if (next !== COMMA) return 0;
    p = behindSpace(p);
  }
  return 0;
}
