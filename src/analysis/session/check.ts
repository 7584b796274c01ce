import type { Check } from '../verdict.ts';
import { GUARANTEES } from './guarantees.ts';
import { judgeSessions, SESSION_MODELS, type SessionOptions } from './judge.ts';

/**
 * The four session guarantees of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (1994), on
 * reads and writes of registers, keyed (`[k, v]`) or not, or transactions of them, or of lists. A session is a process: a user
 * who moves between replicas. After an operation of unknown outcome the process is retired and its session over.
 *
 * Judged by default: all four, which together are causal consistency with one arbitration. Read-your-writes and
 * monotonic-reads follow Viotti & Vukolić's formulas; arbitrations are taken to extend session order and reads-from, and
 * (unless `arbitration` is `per-session`) to be one for everybody. Monotonic-writes and writes-follow-reads are
 * Terry's: whoever sees a write sees those that its session had written, or read, before; where monotonic-reads is
 * judged too, what a session has once seen counts as seen from then on.
 *
 * @precondition values are unique per key, and differ from the initial value; otherwise `unknown`
 * Cost: O(n·sessions + reads · sessions that write the key) for histories that keep all guarantees; naming a broken
 * writes-follow-reads searches the broken part, up to the budget's steps.
 */
export const session: Check = {
  name: 'session',
  summary: 'read-your-writes, monotonic reads, monotonic writes, writes-follow-reads',
  models: SESSION_MODELS,
  judge: (history, options: SessionOptions = {}) => judgeSessions('session', history, options, GUARANTEES),
};

/**
 * Causal consistency of reads and writes of registers, or transactions of them, in sessions. `causal` is causal convergence: one
 * order of writes for all, so that replicas agree. `weak-causal` lets readers disagree on concurrent writes.
 * Source: Bouajjani, Enea, Guerraoui & Hamza, "On Verifying Causal Consistency" (POPL 2017); Møldrup & Pavlogiannis,
 * "AWDIT" (PLDI 2025) for the algorithm.
 *
 * @precondition values are unique per key, and differ from the initial value; otherwise `unknown`
 * Cost: O(n·sessions + reads · sessions that write the key).
 */
export const causal: Check = {
  name: 'causal',
  summary: 'causal consistency: nobody sees an effect without its cause',
  models: SESSION_MODELS,
  judge: (history, options: SessionOptions = {}) => judgeSessions('causal', history, options, ['causal']),
};
