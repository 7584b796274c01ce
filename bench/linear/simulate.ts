import { blankCalls, CAS, type Calls, READ, WRITE } from '../../src/analysis/linear/calls.ts';
import { FAIL, INFO, NEVER, OK } from '../../src/history/history.ts';

/** A small seeded generator (mulberry32): the same seed gives the same history everywhere. */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** In [0, 1). */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }
}

export interface RegisterLoad {
  readonly operations: number;
  readonly clients: number;
  /** Always busy, or about 7 % of the time. */
  readonly dense: boolean;
  /** How many values; 0: every write has its own. */
  readonly values: number;
  /** Share of operations that write (a half by default), and that compare and set (none). */
  readonly writes?: number;
  readonly cas?: number;
  /** Share of operations whose outcome is unknown. */
  readonly unknown?: number;
  /** One read at this fraction of the history returns a value replaced long before. */
  readonly staleAt?: number;
  readonly seed: number;
}

interface Pending {
  kind: number;
  a: number;
  b: number;
  inv: number;
  effectAt: number;
  returnAt: number;
  outcome: number;
  took: boolean;
}

/**
 * What clients of one linearizable register saw: each operation takes effect at a random moment between its invocation
 * and its return. Positions are dense; the initial value is nil (−1).
 */
export function simulateRegister(load: RegisterLoad): Calls {
  const draw = new Draw(load.seed);
  const { operations, clients } = load;
  const writes = load.writes ?? 0.5;
  const cas = load.cas ?? 0;
  const rows: Pending[] = [];
  const events: { at: number; kind: 'invoke' | 'effect' | 'return'; row: number; client: number }[] = [];
  const free = new Float64Array(clients);
  for (let c = 0; c < clients; c++) free[c] = draw.unit() * (load.dense ? 1 : 14);
  for (let i = 0; i < operations; i++) {
    let client = 0;
    for (let c = 1; c < clients; c++) if (free[c] < free[client]) client = c;
    const begin = free[client];
    const duration = 0.2 + draw.unit() * 1.6;
    const effectAt = begin + draw.unit() * duration;
    const what = draw.unit();
    const kind = what < cas ? CAS : what < cas + writes ? WRITE : READ;
    const unknown = draw.chance(load.unknown ?? 0);
    const happens = !unknown || draw.chance(0.5);
    rows.push({
      kind,
      a: load.values === 0 ? i + 1 : draw.below(load.values),
      b: load.values === 0 ? i + 1 : draw.below(load.values),
      inv: 0,
      effectAt,
      returnAt: NEVER,
      outcome: unknown ? INFO : OK,
      took: false,
    });
    events.push({ at: begin, kind: 'invoke', row: i, client });
    if (happens)
      events.push({ at: unknown ? effectAt + draw.unit() * 20 : effectAt, kind: 'effect', row: i, client });
    if (!unknown) events.push({ at: begin + duration, kind: 'return', row: i, client });
    free[client] = begin + duration + (load.dense ? 0.001 : draw.unit() * 2 * 13.3 * duration);
  }
  const order = { invoke: 0, effect: 1, return: 2 };
  events.sort((x, y) => x.at - y.at || order[x.kind] - order[y.kind] || x.row - y.row);
  let value = -1;
  /** Written for certain: an operation of unknown outcome may happen late, and then what it wrote is not stale. */
  const past: number[] = [];
  const staleRow = Math.floor(operations * (load.staleAt ?? 2));
  let position = 0;
  let staled = load.staleAt === undefined;
  const inOrder: number[] = [];
  for (const event of events) {
    const row = rows[event.row];
    if (event.kind === 'invoke') {
      row.inv = position++;
      inOrder.push(event.row);
    } else if (event.kind === 'return') row.returnAt = position++;
    else if (row.kind === READ) {
      row.a = value;
      if (!staled && event.row >= staleRow && row.outcome === OK) {
        row.a = load.values === 0 ? past[past.length - 4 * clients - 4] : load.values;
        staled = true;
      }
    } else if (row.kind === WRITE) {
      // The value to be stale later is written once, early: with few values every other is always about.
      const sure = row.outcome === OK;
      if (load.values > 0 && load.staleAt !== undefined && past.length === 2 && sure) row.a = load.values;
      value = row.a;
      if (sure) past.push(value);
    } else {
      // A client sets what it last saw: most succeed when they expect the current value.
      if (draw.chance(0.7)) row.a = value;
      if (row.a === value) {
        value = row.b;
        if (row.outcome === OK) past.push(value);
        row.took = true;
      }
    }
  }
  const n = inOrder.length;
  const calls = blankCalls(n);
  inOrder.forEach((id, i) => {
    const row = rows[id];
    calls.kind[i] = row.kind;
    calls.a[i] = row.a;
    calls.b[i] = row.b;
    calls.inv[i] = row.inv;
    const failed = row.kind === CAS && !row.took && row.outcome === OK;
    calls.outcome[i] = failed ? FAIL : row.outcome;
    calls.ret[i] = row.outcome === INFO ? NEVER : row.returnAt;
  });
  return calls;
}
