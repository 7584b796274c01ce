import { friendly, violates } from '../models.ts';
import { Cast } from '../weak/words.ts';
import type { Case } from './case.ts';
import { contradictionAnomaly } from './contradiction.ts';
import { decide } from './decide.ts';
import { DEEP_LIMIT } from './limits.ts';
import { decided, modelOf, needed, ORDERS } from './models.ts';
import type { Answer, Isolation, Order } from './question.ts';
import { Narrator } from './steps.ts';

/** A model (canonical) that was proved, what proved it, or why nothing was. */
export interface Proof {
  readonly model?: string;
  readonly engine?: string;
  readonly reason?: string;
}

/**
 * Looks for proofs of the models that are open, and names what is disproved. On a history that is decided already it only tries what costs
 * next to nothing, to say what the history is consistent with.
 */
export function prove(it: Case, open: readonly string[], invalid: boolean): Proof[] {
  if (it.registers.counts.has('non-repeatable-read')) return [];
  const prover = new Prover(it);
  if (invalid || open.length === 0) return prover.atOnce(invalid);
  for (const isolation of ['serializable', 'snapshot'] as const) {
    const asking = open.filter((m) => needed(m).isolation === isolation);
    if (asking.length === 0) continue;
    prover.settle(isolation, ORDERS[Math.max(...asking.map((m) => ORDERS.indexOf(needed(m).order)))]!);
  }
  for (const model of open)
    if (!decided(model)) prover.proofs.push({ reason: `${friendly(model)} was neither proved nor refuted` });
  return prover.proofs;
}

class Prover {
  readonly proofs: Proof[] = [];
  private readonly it: Case;
  private readonly answers = new Map<string, Answer>();

  constructor(it: Case) {
    this.it = it;
  }

  /** Serial orders that are found outright, the most demanding first. */
  atOnce(invalid: boolean): Proof[] {
    for (const order of invalid ? [...ORDERS].reverse() : (['none'] as const)) {
      const model = modelOf.serializable[order];
      if (violates([model], this.it.found.types)) continue;
      if (this.ask('serializable', order, true).verdict === 'yes') return [{ model, engine: 'serial-order' }];
    }
    return [];
  }

  /**
   * Real time leaves so much less to choose that a proof which respects it is the cheapest, where the history has one: it is tried before the
   * question itself.
   */
  settle(isolation: Isolation, order: Order): void {
    const dearer: readonly Isolation[] =
      isolation === 'snapshot' ? ['serializable', 'snapshot'] : ['serializable'];
    for (const stronger of dearer) {
      const model = modelOf[stronger].realtime;
      if ((stronger === isolation && order === 'realtime') || violates([model], this.it.found.types))
        continue;
      const answer = this.ask(stronger, 'realtime', false);
      if (answer.verdict !== 'yes') continue;
      this.proofs.push({ model, engine: answer.engine });
      return;
    }
    const answer = this.ask(isolation, order, false);
    const model = modelOf[isolation][order];
    if (answer.verdict === 'yes')
      this.proofs.push({ model, engine: answer.engine, ...this.butForInternal(model) });
    else if (answer.verdict === 'unknown') this.proofs.push({ reason: answer.reason });
    else this.refuted(isolation, order);
  }

  /**
   * Why the proof of a model is none of the weaker ones that are open. In Adya's histories transactions read what they wrote themselves; what a
   * model says of others that is not said to forbid them, no definition tells.
   */
  private butForInternal(model: string): Pick<Proof, 'reason'> {
    if (!this.it.registers.counts.has('internal')) return {};
    const reads = 'transactions read other values than they had written themselves (internal)';
    return { reason: `${reads}: the history would be ${friendly(model)} without` };
  }

  /**
   * A weaker order may be impossible too, and is then what is ruled out. The question is answered already: of a long history only proofs
   * that cost next to nothing are tried.
   */
  private refuted(isolation: Isolation, order: Order): void {
    const quick = this.it.registers.n > DEEP_LIMIT;
    let lowest = order;
    while (lowest !== 'none') {
      const weaker = ORDERS[ORDERS.indexOf(lowest) - 1]!;
      const answer = this.ask(isolation, weaker, quick);
      if (answer.verdict === 'yes')
        this.proofs.push({ model: modelOf[isolation][weaker], engine: answer.engine });
      if (answer.verdict !== 'no') break;
      lowest = weaker;
    }
    const answer = this.ask(isolation, lowest, false);
    if (answer.verdict !== 'no') return;
    const { versions, registers, initial, found } = this.it;
    const model = modelOf[isolation][lowest];
    const type = `${model}-cycle-exists`;
    const narrator = new Narrator(versions, answer.contradiction.pairs);
    const cast = new Cast(registers, initial);
    found.add(type, 1, [
      contradictionAnomaly(type, friendly(model), answer.contradiction, versions, narrator, cast),
    ]);
    this.proofs.push({ engine: answer.engine });
  }

  private ask(isolation: Isolation, order: Order, quick: boolean): Answer {
    const name = `${isolation} ${order} ${quick}`;
    const known = this.answers.get(name);
    if (known !== undefined) return known;
    const { versions, pairs, intervals, registers, budget, stuck } = this.it;
    const answer = decide(
      { versions, pairs, intervals, process: registers.session, isolation, order, stuck },
      budget,
      quick,
    );
    this.answers.set(name, answer);
    return answer;
  }
}
