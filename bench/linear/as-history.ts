import { CAS, type Calls, READ } from '../../src/analysis/linear/calls.ts';
import { DEQUEUE } from '../../src/analysis/linear/fifo.ts';
import { FAIL, History, INFO } from '../../src/history/history.ts';
import type { Json, Op } from '../../src/history/op.ts';
import { NIL } from '../../src/history/values.ts';

/** What clients call the kinds of calls on an object, and which kind learns its value only from the answer. */
interface Names {
  readonly fs: readonly string[];
  readonly looks: number;
}

export const REGISTER: Names = { fs: ['read', 'write', 'cas'], looks: READ };
export const QUEUE: Names = { fs: ['enqueue', 'dequeue'], looks: DEQUEUE };

/**
 * The history that clients of these objects would have recorded, their positions interleaved. Several objects are told
 * apart by a key, values are `[key, value]` then.
 */
export function historyOf(objects: readonly Calls[], names: Names): History {
  return History.of(records(objects, names));
}

function* records(objects: readonly Calls[], { fs, looks }: Names): Generator<Op> {
  const keyed = objects.length > 1;
  const events = objects.map(byPosition);
  const processes = objects.map(({ n }) => new Int32Array(n));
  const free: number[] = [];
  let process = 0;
  let index = 0;
  const longest = Math.max(...events.map((list) => list.length));
  for (let position = 0; position < longest; position++)
    for (let key = 0; key < objects.length; key++) {
      const event = events[key][position] ?? 0;
      if (event === 0) continue;
      const { kind, a, b, outcome } = objects[key];
      const invokes = event > 0;
      const row = invokes ? event - 1 : ~event;
      if (invokes) processes[key][row] = free.pop() ?? process++;
      // A process that never learned what became of its operation does not come back.
      else free.push(processes[key][row]);
      const word = (id: number): Json => (id === NIL ? null : id);
      const seen = kind[row] === CAS ? [word(a[row]), word(b[row])] : word(a[row]);
      const value = invokes && kind[row] === looks ? null : seen;
      yield {
        index,
        time: 1000 * index++,
        process: processes[key][row],
        type: invokes ? 'invoke' : outcome[row] === FAIL ? 'fail' : 'ok',
        f: fs[kind[row]],
        value: keyed ? [key, value] : value,
      };
    }
}

/** By position of one object's calls: row + 1 where it is invoked, ~row where it returns, 0 for neither. */
function byPosition({ n, inv, ret, outcome }: Calls): Int32Array {
  let last = 0;
  for (let row = 0; row < n; row++) last = Math.max(last, inv[row], outcome[row] === INFO ? 0 : ret[row]);
  const events = new Int32Array(last + 1);
  for (let row = 0; row < n; row++) {
    events[inv[row]] = row + 1;
    if (outcome[row] !== INFO) events[ret[row]] = ~row;
  }
  return events;
}
