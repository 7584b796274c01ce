import type { Check, OwnOptionsOf } from '../verdict.ts';
import { PLAIN } from '../weak/accesses.ts';
import { analyzeRegisterTxn, type RegisterTxnOptions } from './judge.ts';

const OPTIONS: OwnOptionsOf<RegisterTxnOptions> = {
  wfrKeys: {
    kind: 'boolean',
    default: true,
    description: 'who reads a version and writes its key replaces that version',
  },
  sequentialKeys: {
    kind: 'boolean',
    default: false,
    description: 'each process meets the versions of a key in their order',
  },
  linearizableKeys: {
    kind: 'boolean',
    default: false,
    description: 'each key by itself is linearizable',
  },
  transactionOrder: {
    kind: 'boolean',
    default: false,
    description: 'transactions took effect in the order of their invocations',
  },
};

/**
 * Transactions over read-write registers (`[["w", k, v], ["r", k, null]]`), from read uncommitted to strict serializability.
 *
 * Anomalies that one or two transactions show (thin-air, G1a, G1b, internal, future-read, non-repeatable-read,
 * lost-update) take one pass. Monotonic atomic view and read atomic are decided exactly (Biswas & Enea), without any order of versions;
 * read committed is what Adya forbids, and reads of one key that go back in time within a transaction. The dependency
 * graph of what is known of that order gives the cycles of Adya, named as in Elle; where Elle infers a G0 from transactions that
 * replace what they read, which read uncommitted does not bind them to, it is a G1c of these reads here. Serializability and
 * snapshot isolation, with sessions or real time, are decided by a serial order found outright, by saturation, or by search; where the budget
 * ends, `unknown`. A history judged against nothing stronger than read atomic or causal consistency, which keeps that, is not looked
 * at further: what is above is then not told.
 *
 * Sources: Kingsbury & Alvaro, "Elle" (VLDB 2020); Biswas & Enea (OOPSLA 2019); Møldrup & Pavlogiannis, "AWDIT"
 * (PLDI 2025); Tan et al., "Cobra" (OSDI 2020).
 *
 * @precondition values are unique per key, and differ from the initial value; otherwise `unknown`
 * Cost: near linear on histories that keep the model they are judged against, or show one of the named anomalies; else
 * exponential at worst, within the budget (a step is a word of a closure row, or an edge looked at).
 */
export const rwRegister: Check = {
  name: 'rw-register',
  summary: 'transactions over registers: isolation from read-uncommitted to strict-serializable',
  functions: PLAIN,
  transactions: true,
  models: [
    'strict-serializable',
    'strong-snapshot-isolation',
    'strong-session-serializable',
    'strong-session-snapshot-isolation',
    'serializable',
    'snapshot-isolation',
    'repeatable-read',
    'causal',
    'read-atomic',
    'monotonic-atomic-view',
    'read-committed',
    'read-uncommitted',
  ],
  options: OPTIONS,
  initial: 'any value',
  judge: (history, options: RegisterTxnOptions = {}) => analyzeRegisterTxn(history, options).verdict,
};
