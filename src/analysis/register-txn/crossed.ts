import { among } from './among.ts';
import type { Answer, Question } from './question.ts';
import type { Versions } from './versions.ts';
import type { Crossing } from './zones.ts';

/**
 * One key has no order in real time: neither of two versions can come first. That holds for snapshots too. Those who show it are the writers,
 * and of each version who was over first and who began last: nobody else is looked at. Linear in the reads of the two versions.
 */
export function crossed(question: Question, crossing: Crossing): Answer {
  const { versions, isolation } = question;
  const members = extremes(question, crossing);
  const { pairs, graph } = among(question, members);
  // Nothing comes before an initial version: the circle is there without any choice.
  const initial = crossing.some((v) => v >= versions.written);
  return {
    verdict: 'no',
    engine: 'zones',
    contradiction: {
      choices: initial ? new Int32Array(0) : Int32Array.from(crossing),
      members: initial ? members : new Int32Array(0),
      graph,
      pairs,
      snapshot: isolation === 'snapshot',
    },
  };
}

function extremes({ versions, intervals }: Question, crossing: Crossing): Int32Array {
  const { inv, ret } = intervals;
  const members = new Set<number>();
  for (const v of crossing) {
    const accesses = accessesOf(versions, v);
    members.add(accesses.reduce((first, t) => (ret[t]! < ret[first]! ? t : first)));
    members.add(accesses.reduce((last, t) => (inv[t]! > inv[last]! ? t : last)));
    if (versions.writer[v]! >= 0) members.add(versions.writer[v]!);
  }
  return Int32Array.from(members).sort();
}

/** The transactions that wrote or read a version. */
function accessesOf({ writer, reader, readsStart, reads }: Versions, v: number): number[] {
  const accesses = writer[v]! < 0 ? [] : [writer[v]!];
  for (let i = readsStart[v]!; i < readsStart[v + 1]!; i++) accesses.push(reader[reads[i]!]!);
  return accesses;
}
