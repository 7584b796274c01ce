/** Few, so that the optimised code is soon begun with, and enough for the calls to cost nothing. */
const PIECE = 512;

/**
 * Calls `act(from, to)` for one piece of 0 … n − 1 after the other. A function gets its optimised code with its next call; a long loop in one
 * that is called only once gets it much later: that took a fifth of the checks of a million transactions. A function for one transaction, which a plain loop calls, does the same.
 */
export function inPieces(n: number, act: (from: number, to: number) => void): void {
  for (let from = 0; from < n; from += PIECE) act(from, Math.min(n, from + PIECE));
}
