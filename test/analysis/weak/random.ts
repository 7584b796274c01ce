import { INITIAL, type Transactions } from '../../../src/analysis/weak/transactions.ts';

/** How many random histories: some thousands, or 100,000 with ORDEAL_LONG=1. */
export function rounds(usual: number): number {
  return process.env.ORDEAL_LONG === '1' ? 100_000 : usual;
}

/** A small generator of its own, so that a failing history is named by its seed. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x2545f491) >>> 0;
    for (let i = 0; i < 4; i++) this.below(2);
  }

  below(limit: number): number {
    let x = this.state === 0 ? 0x1234567 : this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % limit;
  }
}

export interface Access {
  readonly write: boolean;
  readonly key: number;
  /** Who wrote what a read returned. */
  from: number;
}

/** Transactions with their accesses in program order: what brute force works on. */
export interface Small {
  readonly sessions: number;
  readonly session: readonly number[];
  readonly accesses: readonly (readonly Access[])[];
}

export interface SmallOptions {
  readonly transactions: number;
  readonly sessions: number;
  readonly keys: number;
  readonly accesses: number;
  /** No transaction reads a key twice. */
  readonly repeatable?: boolean;
}

/** Reads return anything that some other transaction writes last, or the initial value. */
export function randomSmall(dice: Dice, o: SmallOptions): Small {
  const n = 1 + dice.below(o.transactions);
  const session = Array.from({ length: n }, () => dice.below(o.sessions));
  const accesses: Access[][] = [];
  for (let t = 0; t < n; t++) {
    const list: Access[] = [];
    const written = new Set<number>();
    const read = new Set<number>();
    const size = 1 + dice.below(o.accesses);
    for (let i = 0; i < size; i++) {
      const key = dice.below(o.keys);
      if (dice.below(2) === 0) {
        if (!written.has(key)) list.push({ write: true, key, from: INITIAL });
        written.add(key);
      } else if (!written.has(key) && !(o.repeatable === true && read.has(key))) {
        list.push({ write: false, key, from: INITIAL });
        read.add(key);
      }
    }
    accesses.push(list);
  }
  for (let t = 0; t < n; t++)
    for (const access of accesses[t]!) {
      if (access.write) continue;
      const writers = accesses
        .map((list, i) => (i !== t && list.some((a) => a.write && a.key === access.key) ? i : -1))
        .filter((i) => i >= 0);
      const pick = dice.below(writers.length + (dice.below(3) === 0 ? 1 : 0) || 1);
      access.from = pick < writers.length ? writers[pick]! : INITIAL;
    }
  return { sessions: o.sessions, session, accesses };
}

export function transactionsOf(small: Small, keys: number): Transactions {
  const n = small.session.length;
  const readStart = new Int32Array(n + 1);
  const writeStart = new Int32Array(n + 1);
  const readKey: number[] = [];
  const readFrom: number[] = [];
  const writeKey: number[] = [];
  small.accesses.forEach((list, t) => {
    for (const a of list)
      if (!a.write) {
        readKey.push(a.key);
        readFrom.push(a.from);
      }
    for (const key of [...new Set(list.filter((a) => a.write).map((a) => a.key))].sort((a, b) => a - b))
      writeKey.push(key);
    readStart[t + 1] = readKey.length;
    writeStart[t + 1] = writeKey.length;
  });
  return {
    n,
    sessions: small.sessions,
    session: Int32Array.from(small.session),
    keys,
    readStart,
    readKey: Int32Array.from(readKey),
    readFrom: Int32Array.from(readFrom),
    writeStart,
    writeKey: Int32Array.from(writeKey),
  };
}

export function show(small: Small): string {
  return small.accesses
    .map(
      (list, t) =>
        `T${t} session ${small.session[t]}: ${list.map((a) => (a.write ? `w k${a.key}` : `r k${a.key} from ${a.from}`)).join(', ')}`,
    )
    .join('\n');
}
