import { friendly } from '../models.ts';
import type { Check, OwnOptionsOf } from '../verdict.ts';
import { PLAIN } from '../weak/accesses.ts';
import { GUARANTEES } from './guarantees.ts';
import { judgeSessions, SESSION_MODELS, type SessionOptions } from './judge.ts';

const MODELS = [...SESSION_MODELS.map(friendly), 'causal-memory'];

const OPTIONS: OwnOptionsOf<SessionOptions> = {
  arbitration: {
    kind: 'one of',
    values: ['global', 'per-session'],
    default: 'global',
    description: 'whether all readers agree on one order of writes, or each session has its own',
  },
  memory: {
    kind: 'one of',
    values: ['transaction', 'session'],
    default: 'transaction',
    description: "how long a reader's view lasts; session: readers are known never to go back",
  },
};

/**
 * The four session guarantees of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (1994), on
 * reads and writes of registers, keyed (`[k, v]`) or not, or transactions of them, or of lists. A session is a process: a user
 * who moves between replicas. After an operation of unknown outcome the process is retired and its session over.
 *
 * Judged by default: all four, which together are causal consistency with one arbitration. Each is ruled on alone, by the formulas
 * of Viotti & Vukolić, "Consistency in Non-Transactional Distributed Storage Systems" (2016), and Terry's for the
 * writers: it is broken when no visibility closed under its formula, and no arbitration that extends session order
 * and reads-from (one for everybody, unless `arbitration` is `per-session`), explain every read. So no guarantee to
 * readers is mistaken for one to writers: who reads y as written and then, by another operation, x as it was before, although the
 * same session had written x before y, may have moved to a replica further behind. That breaks monotonic reads or
 * monotonic writes, and nothing tells which; it is reported as a `PRAM-violation`, with writes-follow-reads involved as a
 * `causal-violation`, and `detail.oneOf` names them. Monotonic writes and writes-follow-reads are broken alone
 * where one transaction shows both reads, where lists show the order of writes, or with `memory` `session`,
 * for readers that are known never to go back.
 *
 * @precondition values are unique per key, and differ from the initial value; otherwise `unknown`
 * Cost: O(n·sessions + reads · sessions that write the key) for histories that keep all guarantees, and little more for those that
 * break guarantees to readers. Where writes-follow-reads has to be told apart from causality, each key's stretch of the
 * history is walked once more, up to the budget's steps.
 */
export const session: Check = {
  name: 'session',
  summary: 'read-your-writes, monotonic reads, monotonic writes, writes-follow-reads',
  functions: PLAIN,
  transactions: true,
  models: MODELS,
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options: SessionOptions = {}) => judgeSessions('session', history, options, GUARANTEES),
};

/**
 * Causal consistency of reads and writes of registers, or transactions of them, in sessions: nobody sees an effect without its
 * cause. What else there is to agree on tells three kinds apart. `causal` is causal convergence: one order of writes for
 * all, so that replicas agree. `causal-memory`: one order for each session, which it never leaves. `weak-causal`: readers may
 * disagree on concurrent writes, even with what they read before. The first two imply the third and not each other.
 * Names are those of the bad patterns: CyclicCO, WriteCOInitRead, WriteCORead for all; CyclicCF for convergence;
 * CyclicHB, WriteHBInitRead for memory, which is judged when asked for, and where convergence fails if that is cheap.
 * Sources: Bouajjani, Enea, Guerraoui & Hamza, "On Verifying Causal Consistency" (POPL 2017); Møldrup & Pavlogiannis,
 * "AWDIT" (PLDI 2025) for convergence.
 *
 * @precondition values are unique per key, and differ from the initial value; otherwise `unknown`
 * Cost: O(n·sessions + reads · sessions that write the key); memory O(n·sessions), up to the budget's steps.
 */
export const causal: Check = {
  name: 'causal',
  summary: 'causal consistency: nobody sees an effect without its cause',
  functions: PLAIN,
  transactions: true,
  models: MODELS,
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options: SessionOptions = {}) => judgeSessions('causal', history, options, ['causal']),
};
