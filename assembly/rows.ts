import {
  A,
  B,
  C,
  CODE,
  EPOCH,
  FUNCTION,
  HIGHEST,
  INDEX,
  INFO,
  INVOKE,
  KEY,
  LINE,
  LINE_START,
  MOP,
  MOPS,
  NIL,
  NODE,
  NOTHING,
  OK,
  OUT,
  PROCESS,
  PUT_OFF,
  REST,
  SCALAR,
  SHAPE,
  TEXT,
  TIME,
  TXN,
  TYPE,
  VALUE,
  WORKLOAD,
} from './layout';
import {
  EPOCH_OF,
  FROM,
  FUNCTION_OF,
  INV,
  INV_TIME,
  INVOCATIONS,
  LAST_INDEX,
  LINE_BEGIN,
  LINE_OF,
  MOP_F,
  MOP_KEY,
  MOP_ROOM,
  MOP_VALUE,
  MOPS_USED,
  NEVER,
  NODE_OF,
  NOTE,
  NOTE_COUNT,
  NOTE_ROOM,
  NOTES,
  OPEN,
  OPEN_ROOM,
  OUTCOME,
  PROCESS_OF,
  RECORDS,
  RET,
  RET_TIME,
  RETIRED,
  ROOM,
  ROW_OF,
  ROWS,
  SHAPE_OF,
  TO,
  WORKLOAD_OF,
  X0,
  X1,
  X2,
} from './rows-layout';

/** Where the table is kept that records are taken into, and the values that were put off. */
let table: u32 = 0;
let putOffs: u32 = 0;

export function keepRows(rows: u32, notes: u32): void {
  table = rows;
  putOffs = notes;
}

/**
 * Takes the record in, as the reader would: pairs it with its invocation and fills the columns. False, and nothing has changed, where
 * anything is unusual about it, or it needs more room.
 */
export function take(): bool {
  const process = load<u32>(OUT, PROCESS);
  const shape = load<i32>(OUT, SHAPE);
  if (load<u32>(OUT, REST) !== 0 || process >= load<u32>(table, OPEN_ROOM)) return false;
  if (shape === TEXT || (shape === TXN && load<i32>(OUT, B) > HIGHEST)) return false;
  const last = load<i32>(table, LAST_INDEX);
  let index = load<i32>(OUT, INDEX);
  if (index < 0) index = last + 1;
  if (index <= last || index === NEVER) return false;
  const open = load<u32>(table, OPEN) + (process << 2);
  const paired =
    load<i32>(OUT, TYPE) === INVOKE ? invoke(open, process, shape, index) : complete(open, shape, index);
  if (!paired) return false;
  store<i32>(table, index, LAST_INDEX);
  store<i32>(table, load<i32>(table, RECORDS) + 1, RECORDS);
  return true;
}

function invoke(open: u32, process: u32, shape: i32, index: i32): bool {
  const row = load<u32>(table, ROWS);
  if (load<i32>(open) !== 0 || row >= load<u32>(table, ROOM) || !keep(row, shape)) return false;
  store<u32>(table, row + 1, ROWS);
  store<i32>(table, load<i32>(table, INVOCATIONS) + 1, INVOCATIONS);
  store<u32>(four(PROCESS_OF, row), process);
  store<u8>(one(FUNCTION_OF, row), load<u8>(OUT, FUNCTION));
  store<i32>(four(INV, row), index);
  store<f64>(eight(INV_TIME, row), load<f64>(OUT, TIME));
  store<u8>(one(OUTCOME, row), INFO);
  store<i32>(four(RET, row), NEVER);
  store<f64>(eight(RET_TIME, row), NaN);
  store<i16>(two(NODE_OF, row), -1);
  store<i32>(four(EPOCH_OF, row), -1);
  name(row);
  store<i32>(open, row + 1);
  return true;
}

function complete(open: u32, shape: i32, index: i32): bool {
  const state = load<i32>(open);
  const row = <u32>state - 1;
  if (state <= 0 || row >= load<u32>(table, ROOM)) return false;
  if (load<u8>(OUT, FUNCTION) !== load<u8>(one(FUNCTION_OF, row))) return false;
  const type = load<i32>(OUT, TYPE);
  if (shape !== NOTHING && (shape !== SCALAR || load<i32>(OUT, A) !== NIL)) {
    if (type === INFO || (type === OK && !keep(row, shape))) return false;
  }
  store<u8>(one(OUTCOME, row), <u8>type);
  if (type !== INFO) {
    store<i32>(four(RET, row), index);
    store<f64>(eight(RET_TIME, row), load<f64>(OUT, TIME));
  }
  name(row);
  store<i32>(open, type === INFO ? RETIRED : 0);
  return true;
}

/** Where a row's place of one byte, of two, four or eight is in a column. */
function one(column: u32, row: u32): u32 {
  return load<u32>(table + column) + row;
}

function two(column: u32, row: u32): u32 {
  return load<u32>(table + column) + (row << 1);
}

function four(column: u32, row: u32): u32 {
  return load<u32>(table + column) + (row << 2);
}

function eight(column: u32, row: u32): u32 {
  return load<u32>(table + column) + (row << 3);
}

/** What the record says of where it happened. */
function name(row: u32): void {
  const workload = load<i32>(OUT, WORKLOAD);
  const node = load<i32>(OUT, NODE);
  const epoch = load<i32>(OUT, EPOCH);
  if (workload !== 0) store<u8>(one(WORKLOAD_OF, row), <u8>workload);
  if (node >= 0) store<i16>(two(NODE_OF, row), <i16>node);
  if (epoch >= 0) store<i32>(four(EPOCH_OF, row), epoch);
}

/** The record's value becomes the row's. False, and nothing has changed, where there is no room for it. */
function keep(row: u32, shape: i32): bool {
  if (shape === TXN) return keepTxn(row);
  if (shape === PUT_OFF) return keepPutOff(row);
  keepShape(row, shape === NOTHING ? SCALAR : shape, load<i32>(OUT, A), load<i32>(OUT, B));
  store<i32>(four(X2, row), load<i32>(OUT, C));
  return true;
}

function keepShape(row: u32, shape: i32, x0: i32, x1: i32): void {
  store<u8>(one(SHAPE_OF, row), <u8>shape);
  store<i32>(four(X0, row), x0);
  store<i32>(four(X1, row), x1);
}

/** In the places that were kept for its micro-operations, if they are as many. */
function keepTxn(row: u32): bool {
  const n = load<i32>(OUT, A);
  const before = <i32>load<u8>(one(SHAPE_OF, row));
  const kept = (before === TXN || before === PUT_OFF) && load<i32>(four(X1, row)) === n;
  const to = kept ? load<i32>(four(X0, row)) : load<i32>(table, MOPS_USED);
  if (to + n > load<i32>(table, MOP_ROOM)) return false;
  if (!kept) store<i32>(table, to + n, MOPS_USED);
  let f = one(MOP_F, to);
  let key = four(MOP_KEY, to);
  let value = four(MOP_VALUE, to);
  for (let from = MOPS, end = MOPS + MOP * n; from < end; from += MOP) {
    store<u8>(f, load<u8>(from, CODE));
    store<i32>(key, load<i32>(from, KEY));
    store<i32>(value, load<i32>(from, VALUE));
    f++;
    key += 4;
    value += 4;
  }
  keepShape(row, TXN, to, n);
  return true;
}

/** Keeps places for the transaction, and notes where it is. */
function keepPutOff(row: u32): bool {
  const n = load<i32>(OUT, C);
  const to = load<i32>(table, MOPS_USED);
  const notes = load<u32>(putOffs, NOTE_COUNT);
  if (to + n > load<i32>(table, MOP_ROOM) || notes === load<u32>(putOffs, NOTE_ROOM)) return false;
  store<i32>(table, to + n, MOPS_USED);
  const note = load<u32>(putOffs, NOTES) + NOTE * notes;
  store<u32>(note, row, ROW_OF);
  store<u32>(note, load<u32>(OUT, A), FROM);
  store<u32>(note, load<u32>(OUT, B), TO);
  store<u32>(note, load<u32>(OUT, LINE), LINE_OF);
  store<u32>(note, load<u32>(OUT, LINE_START), LINE_BEGIN);
  store<u32>(putOffs, notes + 1, NOTE_COUNT);
  keepShape(row, PUT_OFF, to, n);
  return true;
}
