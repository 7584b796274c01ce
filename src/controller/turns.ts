import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { draws, stream } from '../random.ts';

/** When one nemesis acts: which one, from when, until when at the latest. Nanoseconds since the load began. */
export interface Turn {
  readonly fault: number;
  readonly nemesis: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The turns of a generated plan. Every round gives each nemesis one turn, in an order of its own; turns begin about an
 * interval apart and last half to one and a half intervals, so that faults of different kinds overlap, and those of
 * one kind never do.
 */
export function turns(seed: number, nemeses: number, interval: number, timeLimit: number): readonly Turn[] {
  if (nemeses === 0) return [];
  const draw = draws(seed, 'turn');
  const nemesisOf = (turn: number) => shuffled(seed, Math.floor(turn / nemeses), nemeses)[turn % nemeses]!;
  const begin = (turn: number) => Math.floor(interval * (turn + 0.25 + 0.5 * draw(turn, 0)));
  const all: Turn[] = [];
  for (let turn = 0; begin(turn) < timeLimit - interval / 4; turn++) {
    const nemesis = nemesisOf(turn);
    let next = turn + 1;
    while (nemesisOf(next) !== nemesis) next++;
    const from = begin(turn);
    const longest = Math.floor((begin(next) - from) * 0.8);
    const wanted = Math.floor(interval * (0.5 + draw(turn, 1)));
    all.push({ fault: turn, nemesis, from, to: Math.min(from + Math.min(wanted, longest), timeLimit) });
  }
  return all;
}

/** Fisher and Yates, with a stream that belongs to this round alone. */
function shuffled(seed: number, round: number, n: number): number[] {
  const random = stream(seed, 'round', round);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
