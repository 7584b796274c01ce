import { FAIL, FIRST_LIST, type History, NEVER, OK, R, Shape } from './history.ts';

/**
 * What is suspicious about a history although no model forbids it: it hints at a mistake in the test. Processes that
 * come back after an unknown outcome are told by the reader already (`history.warnings`); duplicate writes by the checks that
 * need unique ones. O(rows), and O(micro-operations) where a transaction or write failed.
 */
export function lint(history: History): string[] {
  return [...clock(history), ...neverOk(history), ...observedFailures(history)];
}

function clock({ n, inv, ret, invTime, retTime }: History): string[] {
  let back = 0;
  let first = -1;
  // A function of its own, which runs optimised sooner than a long loop that is entered once.
  const look = (row: number): void => {
    const before = row > 0 && invTime[row]! < invTime[row - 1]!;
    if (!before && !(ret[row] !== NEVER && retTime[row]! < invTime[row]!)) return;
    if (back++ === 0) first = inv[row]!;
  };
  for (let row = 0; row < n; row++) look(row);
  if (back === 0) return [];
  const times = back === 1 ? 'once' : `${back} times`;
  return [
    `the clock goes backwards ${times}, first at index ${first}; order is taken from indices, not times`,
  ];
}

function neverOk({ n, f, outcome, fs }: History): string[] {
  const all = new Int32Array(fs.length);
  const ok = new Uint8Array(fs.length);
  let missing = fs.length;
  for (let row = 0; row < n && missing > 0; row++) {
    const i = f[row]!;
    all[i]!++;
    if (outcome[row] !== OK || ok[i] === 1) continue;
    ok[i] = 1;
    missing--;
  }
  return fs.flatMap((name, i) =>
    all[i]! > 0 && ok[i] === 0 ? [`none of ${all[i]} ${name} operations succeeded`] : [],
  );
}

/** Values that only failed operations wrote, and somebody read: a `fail` that did happen. */
function observedFailures(history: History): string[] {
  const { n, outcome } = history;
  if (outcome.indexOf(FAIL) < 0) return [];
  // By key and value: the row that wrote it.
  const failed = new Map<number, Map<number, number>>();
  const writes = history.fs.map((name) => WRITES.test(name));
  for (let row = 0; row < n; row++)
    if (outcome[row] === FAIL)
      eachWrite(history, writes, row, (key, value) => {
        const ofKey = failed.get(key);
        if (ofKey === undefined) failed.set(key, new Map([[value, row]]));
        else ofKey.set(value, row);
      });
  if (failed.size === 0) return [];
  for (let row = 0; row < n; row++)
    if (outcome[row] !== FAIL)
      eachWrite(history, writes, row, (key, value) => failed.get(key)?.delete(value));
  const keys = new Set<number>();
  for (const [key, ofKey] of failed) if (ofKey.size > 0) keys.add(key);
  const found: string[] = [];
  const seen = (row: number, key: number, value: number): void => {
    const writer = failed.get(key)?.get(value);
    if (writer === undefined) return;
    failed.get(key)!.delete(value);
    const what = `${history.fs[history.f[writer]!]} of ${history.values.show(value)} (index ${history.inv[writer]})`;
    found.push(
      `the ${what} failed, and yet index ${history.inv[row]} read it: was its outcome really known?`,
    );
  };
  const reads = history.fs.map((name) => READS.test(name));
  for (let row = 0; row < n && found.length < MOST; row++)
    if (outcome[row] === OK) eachRead(history, reads, row, keys, seen);
  return found;
}

const MOST = 8;
const NO_KEY = -1;
const WRITES = /^(write|put|set|add|enqueue|append|insert)$/;
const READS = /^(read|get|dequeue|drain)$/;

/** `writes` and `reads`: by function. */
function eachWrite(
  history: History,
  writes: readonly boolean[],
  row: number,
  act: (key: number, value: number) => void,
): void {
  const { shape, x0, x1, mopF, mopKey, mopVal } = history;
  if (shape[row] === Shape.Txn) {
    for (let i = x0[row]!; i < x0[row]! + x1[row]!; i++) if (mopF[i] !== R) act(mopKey[i]!, mopVal[i]!);
  } else if (writes[history.f[row]!]) {
    if (shape[row] === Shape.Scalar) act(NO_KEY, x0[row]!);
    else if (shape[row] === Shape.Pair) act(x0[row]!, x1[row]!);
  }
}

function eachRead(
  history: History,
  reads: readonly boolean[],
  row: number,
  keys: ReadonlySet<number>,
  act: (row: number, key: number, value: number) => void,
): void {
  const { shape, x0, x1, x2, mopF, mopKey, mopVal, listOffset, listLength, elements } = history;
  const list = (key: number, from: number, length: number): void => {
    for (let i = from; i < from + length; i++) act(row, key, elements[i]!);
  };
  if (shape[row] === Shape.Txn) {
    for (let i = x0[row]!; i < x0[row]! + x1[row]!; i++) {
      if (mopF[i] !== R || !keys.has(mopKey[i]!)) continue;
      const h = FIRST_LIST - mopVal[i]!;
      if (h < 0) act(row, mopKey[i]!, mopVal[i]!);
      else list(mopKey[i]!, listOffset[h]!, listLength[h]!);
    }
  } else if (reads[history.f[row]!]) {
    if (shape[row] === Shape.Scalar) act(row, NO_KEY, x0[row]!);
    else if (shape[row] === Shape.List) list(NO_KEY, x0[row]!, x1[row]!);
    else if (shape[row] === Shape.Pair && keys.has(x0[row]!)) act(row, x0[row]!, x1[row]!);
    else if (shape[row] === Shape.KeyedList && keys.has(x0[row]!)) list(x0[row]!, x1[row]!, x2[row]!);
  }
}
