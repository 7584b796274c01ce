import type { Draw } from '../../../bench/linear/simulate.ts';
import { CAS, type Calls, CallsBuilder, MISS, READ, WRITE } from '../../../src/analysis/linear/calls.ts';
import { FAIL, INFO, NEVER, OK } from '../../../src/history/history.ts';

/** Whether the calls on a register have a legal order: every order tried, short of repeating itself. */
export function bruteRegister(calls: Calls, initial: number): boolean {
  const rows: number[] = [];
  for (let i = 0; i < calls.n; i++) {
    if (calls.outcome[i] === FAIL) continue;
    if (calls.outcome[i] === INFO && (calls.kind[i] === READ || calls.kind[i] === MISS)) continue;
    rows.push(i);
  }
  const must = rows.reduce((mask, row, j) => (calls.outcome[row] === OK ? mask | (1 << j) : mask), 0);
  const seen = new Set<string>();
  const search = (done: number, value: number): boolean => {
    if ((done & must) === must) return true;
    const key = `${done}:${value}`;
    if (seen.has(key)) return false;
    seen.add(key);
    for (let j = 0; j < rows.length; j++) {
      if ((done & (1 << j)) !== 0) continue;
      const row = rows[j];
      let first = true;
      for (let k = 0; k < rows.length; k++)
        if ((done & (1 << k)) === 0 && calls.ret[rows[k]] < calls.inv[row]) first = false;
      if (!first) continue;
      const { kind, a, b } = calls;
      let next = value;
      if (kind[row] === READ) {
        if (value !== a[row]) continue;
      } else if (kind[row] === WRITE) next = a[row];
      else if (kind[row] === CAS) {
        if (value !== a[row]) continue;
        next = b[row];
      } else if (value === a[row]) continue;
      if (search(done | (1 << j), next)) return true;
    }
    return false;
  };
  return search(0, initial);
}

export interface Small {
  readonly operations: number;
  readonly values: number;
  readonly unique?: boolean;
  readonly cas?: number;
  readonly miss?: number;
  readonly info?: number;
  readonly fail?: number;
  readonly ties?: boolean;
}

/** A small random history, legal about half of the time: reads mostly return what a plausible order gives. */
export function smallHistory(draw: Draw, shape: Small): Calls {
  const n = 2 + draw.below(shape.operations - 1);
  const processes = 1 + draw.below(4);
  const clock = new Array<number>(processes).fill(0);
  const times: { inv: number; ret: number; outcome: number; kind: number; a: number; b: number }[] = [];
  const spread = 1 + draw.below(10);
  for (let i = 0; i < n; i++) {
    const p = draw.below(processes);
    const inv = clock[p] + draw.below(3) + draw.unit() * 0.5;
    const ret = inv + draw.below(spread) + draw.unit() * 0.5;
    const what = draw.unit();
    const kind =
      what < (shape.miss ?? 0)
        ? MISS
        : what < (shape.miss ?? 0) + (shape.cas ?? 0)
          ? CAS
          : draw.chance(0.5)
            ? READ
            : WRITE;
    const fate = draw.unit();
    const outcome =
      fate < (shape.info ?? 0) ? INFO : fate < (shape.info ?? 0) + (shape.fail ?? 0) ? FAIL : OK;
    clock[p] = outcome === INFO ? inv + 0.3 : ret + 0.01;
    times.push({ inv, ret, outcome, kind, a: draw.below(shape.values), b: draw.below(shape.values) });
  }
  // A plausible order: by a random point inside each call.
  const points = times
    .map((t, i) => ({
      i,
      at: t.inv + draw.unit() * (t.ret - t.inv) + (t.outcome === INFO ? draw.below(4) : 0),
    }))
    .sort((x, y) => x.at - y.at);
  let value = -1;
  let fresh = 0;
  const known = [-1];
  for (const { i } of points) {
    const t = times[i];
    const wrong = draw.chance(0.35);
    const any = () => known[draw.below(known.length)];
    if (t.kind === READ) t.a = wrong ? (draw.chance(0.1) ? 99 : any()) : value;
    else {
      if (shape.unique) {
        t.a = ++fresh;
        t.b = fresh;
      }
      if (t.kind === WRITE) {
        if (t.outcome === OK || (t.outcome === INFO && draw.chance(0.6))) value = t.a;
        known.push(t.a);
      } else if (t.kind === CAS) {
        t.a = wrong ? any() : value;
        if (t.outcome === OK || (t.outcome === INFO && draw.chance(0.6))) value = t.b;
        known.push(t.b);
      } else if (!wrong && t.a === value) t.a = value === 0 ? 1 : 0;
    }
  }
  return inOrder(times, shape.ties === true);
}

function inOrder(
  times: { inv: number; ret: number; outcome: number; kind: number; a: number; b: number }[],
  ties: boolean,
): Calls {
  const stamps = times.flatMap((t) => (t.outcome === INFO ? [t.inv] : [t.inv, t.ret])).sort((x, y) => x - y);
  const position = (at: number) => (ties ? Math.floor(at) : stamps.indexOf(at));
  const builder = new CallsBuilder();
  const rows = times.map((t) => ({ ...t, inv: position(t.inv), ret: position(t.ret) }));
  rows.sort((x, y) => x.inv - y.inv);
  for (const t of rows) builder.add(t.kind, t.a, t.b, t.inv, t.outcome === INFO ? NEVER : t.ret, t.outcome);
  return builder.done();
}

/** A history as text, to read when a test fails. */
export function show(calls: Calls): string {
  const names = ['read', 'write', 'cas', 'miss'];
  const lines: string[] = [];
  for (let i = 0; i < calls.n; i++) {
    const value = calls.kind[i] === CAS ? `${calls.a[i]}→${calls.b[i]}` : `${calls.a[i]}`;
    const outcome = ['ok', 'fail', 'info'][calls.outcome[i]];
    lines.push(`${calls.inv[i]}–${calls.ret[i]} ${names[calls.kind[i]]} ${value} ${outcome}`);
  }
  return lines.join('\n');
}
