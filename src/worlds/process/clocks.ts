/**
 * The two clocks of a machine as functions of real time (ns since the run began). Plain data: a machine's clocks
 * outlive the processes that run on it, so their state is handed from one incarnation to the next.
 */
export interface ClockState {
  /** When both clocks were last set. */
  readonly since: number;
  readonly wall: number;
  readonly mono: number;
  /** Nanoseconds of either clock in one of real time. */
  readonly rate: number;
  /** The wall clock is `by` ahead in every second period. */
  readonly strobe?: { readonly by: number; readonly period: number };
}

export type ClockAction =
  | { readonly do: 'bump'; readonly by: number }
  | { readonly do: 'drift'; readonly rate: number }
  | { readonly do: 'strobe'; readonly by: number; readonly period: number }
  | { readonly do: 'reset-clock' };

export const RIGHT_CLOCK: ClockState = { since: 0, wall: 0, mono: 0, rate: 1 };

export function monotonicAt(state: ClockState, real: number): number {
  return Math.floor(monotonic(state, real));
}

export function wallAt(state: ClockState, real: number): number {
  const steady = Math.floor(wall(state, real));
  const { strobe } = state;
  if (strobe === undefined || Math.floor(real / strobe.period) % 2 === 0) return steady;
  return steady + strobe.by;
}

/** The state from `real` on. The monotonic clock goes on from where it is, whatever is done. */
export function changeClock(state: ClockState, action: ClockAction, real: number): ClockState {
  const now = { ...state, since: real, wall: wall(state, real), mono: monotonic(state, real) };
  switch (action.do) {
    case 'bump':
      return { ...now, wall: now.wall + action.by };
    case 'drift':
      return { ...now, rate: action.rate };
    case 'strobe':
      return { ...now, strobe: { by: action.by, period: action.period } };
    case 'reset-clock':
      return { since: real, wall: real, mono: now.mono, rate: 1 };
  }
}

// Not rounded: a clock that is set again and again must not lose the fractions.

function monotonic(state: ClockState, real: number): number {
  return state.mono + (real - state.since) * state.rate;
}

function wall(state: ClockState, real: number): number {
  return state.wall + (real - state.since) * state.rate;
}

/** Nanoseconds since `epoch`, a reading of `process.hrtime.bigint()`: that clock is one and the same for every process. */
export function realTime(epoch: bigint): () => number {
  return () => Number(process.hrtime.bigint() - epoch);
}
