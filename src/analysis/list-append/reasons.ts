import { APPEND } from '../../history/history.ts';
import type { Explain, StepReason } from '../evidence/cycle.ts';
import { showList } from '../evidence/show.ts';
import type { Cycle } from '../graph/cycles.ts';
import { PROCESS, RW, WR, WW } from '../graph/labels.ts';
import type { CycleStep } from '../graph/search.ts';
import { Proofs } from './proofs.ts';
import type { Transactions } from './transactions.ts';
import type { Versions } from './versions.ts';

/** Why each dependency of the given cycles holds. */
export function reasons(txns: Transactions, versions: Versions, cycles: readonly Cycle[]): Explain {
  const keys = new Set<number>();
  for (const { steps } of cycles) for (const s of steps) if (s.label < PROCESS) keys.add(txns.keyOf[s.why]);
  const proofs = new Proofs(txns, versions, keys);
  const { history, from, keyOf, txnOf } = txns;
  const { mopVal, mopKey, values } = history;
  const show = (append: number): string => values.show(mopVal[append]);
  /** The place of a micro-operation in its transaction. */
  const index = (m: number): number => m - from[txnOf[m]];

  const ww = ({ from: a, to: b, why: m }: CycleStep, t1: string, t2: string): StepReason => {
    const k = keyOf[m];
    const seen = versions.of[m] >= 0;
    const before = versions.mop[versions.settled(seen ? versions.of[m] - 1 : versions.first[k + 1] - 1)];
    const key = txns.key(m);
    return {
      key: values.value(mopKey[m]),
      value: values.value(mopVal[before]),
      valueAfter: values.value(mopVal[m]),
      aMop: index(before),
      bMop: index(m),
      why: seen
        ? `${t2} appended ${show(m)} to ${key} next after ${t1}'s ${show(before)}`
        : `${t2} appended ${show(m)} to ${key}, which no read shows: it comes after ${t1}'s ${show(before)}, the last that one does`,
      proof: proofs.of(k, seen ? versions.of[m] : versions.first[k + 1] - 1, a, b),
    };
  };

  const wr = ({ from: a, why: m }: CycleStep, t1: string, t2: string): StepReason => {
    const list = txns.list(m);
    let at = list.length - 1;
    let append = -1;
    for (; at >= 0; at--) {
      append = findAppend(txns, a, keyOf[m], list[at]);
      if (append >= 0) break;
    }
    return {
      key: values.value(mopKey[m]),
      value: values.value(mopVal[append]),
      aMop: index(append),
      bMop: index(m),
      why: `${t2} read ${txns.key(m)} as ${showList(history, list, at + 1)} and so saw ${t1}'s append of ${show(append)}`,
    };
  };

  const rw = ({ from: a, to: b, why: m, whyTo }: CycleStep, t1: string, t2: string): StepReason => {
    const k = keyOf[m];
    const next = versions.next(versions.of[m]);
    const seen = next >= 0 && txnOf[versions.mop[next]] === b;
    const append = seen ? versions.mop[next] : whyTo !== m ? whyTo : unseenAppend(txns, versions, b, k);
    const list = txns.list(m);
    const read = list.length === 0 ? 'empty' : `as ${showList(history, list)}`;
    return {
      key: values.value(mopKey[m]),
      value: list.length === 0 ? null : values.value(list[list.length - 1]),
      valueAfter: values.value(mopVal[append]),
      aMop: index(m),
      bMop: index(append),
      why: `${t1} read ${txns.key(m)} ${read} and did not see ${t2}'s append of ${show(append)}`,
      proof: seen ? proofs.of(k, next, a, b) : undefined,
    };
  };

  return (step, t1, t2) => {
    switch (step.label) {
      case WW:
        return ww(step, t1, t2);
      case WR:
        return wr(step, t1, t2);
      case RW:
        return rw(step, t1, t2);
      default:
        throw new RangeError(`lists have no dependency with label ${step.label}`);
    }
  };
}

function findAppend(txns: Transactions, t: number, key: number, element: number): number {
  for (let m = txns.to[t] - 1; m >= txns.from[t]; m--)
    if (txns.history.mopF[m] === APPEND && txns.keyOf[m] === key && txns.history.mopVal[m] === element)
      return m;
  return -1;
}

function unseenAppend(txns: Transactions, versions: Versions, t: number, key: number): number {
  let m = txns.from[t];
  while (txns.history.mopF[m] !== APPEND || txns.keyOf[m] !== key || versions.of[m] >= 0) m++;
  return m;
}
