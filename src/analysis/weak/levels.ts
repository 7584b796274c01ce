import { type Base, type Core, core, type DemandIndex, demandsByWriter } from './arbitration.ts';
import { type CausalOrder, causalOrder, demandCausal, overwrittenInPast } from './causal.ts';
import { Evidence } from './evidence.ts';
import { type KeyWriters, keyWriters } from './key-writers.ts';
import { demandReadAtomic, demandReadCommitted } from './read-rules.ts';
import { type Indexed, indexed, type Transactions } from './transactions.ts';

/** What one level demands of a history, and whether a commit order can meet it. */
export interface Ruling {
  readonly t: Indexed;
  readonly base: Base;
  readonly demands: Evidence;
  readonly by: DemandIndex;
  readonly core: Core;
  /** No demand contradicts another, reads-from, or (where it counts) session order. */
  readonly holds: boolean;
}

/**
 * Rules on one level: collects its demands and looks for a commit order that extends them, reads-from and, if the base
 * says so, session order. `known` are orders of versions from outside the reads; they bind the commit order too.
 *
 * The arbitration is global: one commit order must satisfy all readers.
 */
export function ruling(
  t: Indexed,
  base: Base,
  demand: (out: Evidence) => void,
  known?: Evidence,
  within?: Int32Array,
): Ruling {
  const demands = new Evidence(within);
  if (known !== undefined)
    for (let e = 0; e < known.count; e++)
      demands.demand(known.from[e]!, known.to[e]!, known.read[e]!, known.rule[e]! as 8);
  demand(demands);
  const by = demandsByWriter(t.n, demands);
  const found = core(t, base, demands, by);
  return {
    t,
    base,
    demands,
    by,
    core: found,
    holds: found.components === 0 && demands.impossibleCount === 0,
  };
}

const WITHOUT_SESSIONS: Base = { sessions: false };
const WITH_SESSIONS: Base = { sessions: true };

/**
 * A history with the indices that the levels share, each built when first needed. Levels of isolation (read committed, read
 * atomic) leave session order out, so that serializability implies them; causality and the session guarantees are
 * about sessions.
 */
export class WeakLevels {
  readonly t: Indexed;
  readonly known: Evidence | undefined;
  private writersOfKeys: KeyWriters | undefined;
  private order: CausalOrder | undefined;
  private causalRuling: Ruling | undefined;
  private readAtomicRuling: Ruling | undefined;

  constructor(t: Transactions, known?: Evidence) {
    this.t = indexed(t);
    this.known = known;
  }

  get writersOf(): KeyWriters {
    return (this.writersOfKeys ??= keyWriters(this.t));
  }

  get causalOrder(): CausalOrder {
    return (this.order ??= causalOrder(this.t));
  }

  /** Reads-from alone has no cycle. Adya's PL-2 asks for no more where the order of versions is unknown. */
  readsFrom(): Ruling {
    return ruling(this.t, WITHOUT_SESSIONS, () => {}, this.known);
  }

  /** Biswas & Enea's read committed. O(n^1.5) in accesses. */
  readCommitted(sessions = false): Ruling {
    const base = sessions ? WITH_SESSIONS : WITHOUT_SESSIONS;
    return ruling(this.t, base, (out) => demandReadCommitted(this.t, out), this.known);
  }

  /**
   * Biswas & Enea's read atomic. O(n^1.5) in accesses.
   * @precondition no transaction reads one key from two others (that is a violation already)
   */
  readAtomic(): Ruling {
    return (this.readAtomicRuling ??= ruling(
      this.t,
      WITHOUT_SESSIONS,
      (out) => demandReadAtomic(this.t, out),
      this.known,
    ));
  }

  /** Session order ∪ reads-from has a cycle: nothing that respects sessions holds. */
  get causalityCyclic(): boolean {
    return this.causalOrder.length < this.t.n;
  }

  /**
   * Causal convergence (CCv): causal consistency with one arbitration for all. It is what all four session guarantees
   * amount to together. O(n·sessions + reads·sessions).
   */
  causal(): Ruling {
    return (this.causalRuling ??= ruling(
      this.t,
      WITH_SESSIONS,
      (out) => {
        if (!this.causalityCyclic) demandCausal(this.t, this.causalOrder, this.writersOf, out);
      },
      this.known,
    ));
  }

  /** Demands of `causal()` that no arbitration of a single reader could meet either; those rule out weak causality (CC). */
  overwrittenInPast(): Uint8Array {
    return overwrittenInPast(this.t, this.causalOrder, this.causal().demands);
  }
}
