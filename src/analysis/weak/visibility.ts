import { INITIAL, type Indexed } from './transactions.ts';

/** Which of the four session guarantees hold, as closure rules for what a transaction sees. */
export interface Guarantees {
  readonly readYourWrites?: boolean;
  readonly monotonicReads?: boolean;
  readonly monotonicWrites?: boolean;
  readonly writesFollowReads?: boolean;
}

/**
 * Who must see one write, under any set of session guarantees: the least visibility closed under the rules of
 * Terry et al. (1994), with so for session order:
 *
 *     reads-from ⊆ vis                        read your writes    so|wr→rd ⊆ vis
 *     monotonic reads     vis ; so|rd→rd ⊆ vis     monotonic writes    so|wr→wr ; vis ⊆ vis
 *     writes follow reads vis ; so|rd→wr ; vis ⊆ vis   (a transaction reads before it writes)
 *
 * Linear in what is reached, for one write: for the cores of broken histories, where all the linear rules are blind to
 * sets of guarantees whose visibility is no prefix of a session.
 */
export class Visibility {
  private readonly t: Indexed;
  private readonly rules: Guarantees;
  private readonly generation: Int32Array;
  private readonly seesFrom: Int32Array;
  private readonly carriesFrom: Int32Array;
  private readonly sessionStamp: Int32Array;
  private stamp = 0;
  /** Visits so far, over all searches. */
  work = 0;
  private agenda: number[] = [];

  constructor(t: Indexed, rules: Guarantees) {
    this.t = t;
    this.rules = rules;
    this.generation = new Int32Array(t.n);
    this.seesFrom = new Int32Array(t.sessions);
    this.carriesFrom = new Int32Array(t.sessions);
    this.sessionStamp = new Int32Array(t.sessions);
  }

  /** Makes `sees` speak of this write. */
  of(writer: number): void {
    this.stamp++;
    this.agenda = [];
    const { t, rules } = this;
    this.carry(writer);
    if (rules.monotonicWrites === true) this.carryFrom(t.session[writer]!, t.position[writer]! + 1);
    for (let c = this.agenda.pop(); c !== undefined; c = this.agenda.pop()) {
      this.work += 1 + t.readersStart[c + 1]! - t.readersStart[c]!;
      for (let e = t.readersStart[c]!; e < t.readersStart[c + 1]!; e++) this.see(t.reader[t.readers[e]!]!);
      if (rules.readYourWrites === true) this.seeAllFrom(t.session[c]!, t.position[c]! + 1);
    }
  }

  sees(reader: number): boolean {
    const s = this.t.session[reader]!;
    return (
      this.generation[reader] === this.stamp ||
      (this.sessionStamp[s] === this.stamp && this.t.position[reader]! >= this.seesFrom[s]!)
    );
  }

  private open(s: number): void {
    if (this.sessionStamp[s] === this.stamp) return;
    this.sessionStamp[s] = this.stamp;
    this.seesFrom[s] = this.carriesFrom[s] = 0x7fffffff;
  }

  /** Whoever sees the carrier sees the write. */
  private carry(carrier: number): void {
    this.agenda.push(carrier);
  }

  private carryFrom(s: number, position: number): void {
    this.open(s);
    const { t } = this;
    const size = t.sessionStart[s + 1]! - t.sessionStart[s]!;
    const end = Math.min(this.carriesFrom[s]!, size);
    if (position >= end) return;
    this.carriesFrom[s] = position;
    for (let p = position; p < end; p++) {
      const i = t.members[t.sessionStart[s]! + p]!;
      if (t.writeStart[i + 1]! > t.writeStart[i]!) this.carry(i);
    }
  }

  private see(reader: number): void {
    if (this.generation[reader] === this.stamp) return;
    this.generation[reader] = this.stamp;
    const s = this.t.session[reader]!;
    const position = this.t.position[reader]!;
    if (this.rules.monotonicReads === true) this.seeAllFrom(s, position);
    if (this.rules.writesFollowReads === true) this.carryFrom(s, position);
  }

  private seeAllFrom(s: number, position: number): void {
    this.open(s);
    if (position >= this.seesFrom[s]!) return;
    this.seesFrom[s] = position;
    if (this.rules.writesFollowReads !== true) return;
    const { t } = this;
    for (let m = t.sessionStart[s]! + position; m < t.sessionStart[s + 1]!; m++) {
      const i = t.members[m]!;
      if (t.readStart[i + 1]! > t.readStart[i]!) {
        this.carryFrom(s, t.position[i]!);
        return;
      }
    }
  }
}

/** Reads of a key, or of its initial value, that a commit order has to answer for: what `demandVisible` walks. */
export function readsOf(t: Indexed, writer: number, key: number): number[] {
  const reads: number[] = [];
  for (let e = t.readersStart[writer]!; e < t.readersStart[writer + 1]!; e++)
    if (t.readKey[t.readers[e]!] === key) reads.push(t.readers[e]!);
  return reads;
}

export function initialReads(t: Indexed): Map<number, number[]> {
  const byKey = new Map<number, number[]>();
  for (let r = 0; r < t.reader.length; r++) {
    if (t.readFrom[r] !== INITIAL) continue;
    const list = byKey.get(t.readKey[r]!);
    if (list === undefined) byKey.set(t.readKey[r]!, [r]);
    else list.push(r);
  }
  return byKey;
}
