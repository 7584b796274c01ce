import { bank } from './bank/bank.ts';
import { convergence } from './convergence/convergence.ts';
import { counter } from './counts/counter.ts';
import { gCounter, pnCounter } from './counts/final-counter.ts';
import { uniqueIds } from './ids/unique-ids.ts';
import { linearChecks } from './linear/checks.ts';
import { listAppend } from './list-append/check.ts';
import { fencedLock } from './locks/fenced-lock.ts';
import { lease } from './locks/lease.ts';
import { log } from './log/check.ts';
import { totalQueue } from './queues/total-queue.ts';
import { rwRegister } from './register-txn/check.ts';
import { causal, session } from './session/check.ts';
import { set } from './sets/set.ts';
import { setFull } from './sets/set-full.ts';
import type { Check } from './verdict.ts';
import { longFork } from './weak/long-fork.ts';

/** Every check that `check` and `ordeal check --workload` know, one line each. */
export const checks: readonly Check[] = [
  listAppend,
  rwRegister,
  ...linearChecks,
  set,
  setFull,
  session,
  causal,
  longFork,
  counter,
  gCounter,
  pnCounter,
  bank,
  uniqueIds,
  totalQueue,
  fencedLock,
  lease,
  log,
  convergence,
];

/** Other names that people and tools use for a check. */
const ALIASES: { readonly [name: string]: string } = {
  append: 'list-append',
  'list-append-txn': 'list-append',
  wr: 'rw-register',
  txn: 'list-append',
  cas: 'cas-register',
  'linearizable-register': 'register',
  kv: 'key-value',
  'fifo-queue': 'queue',
  lock: 'mutex',
  ids: 'unique-ids',
  'unique-id': 'unique-ids',
  kafka: 'log',
};

/** The check of that name, or of that alias; undefined when there is none. */
export function findCheck(name: string): Check | undefined {
  return checks.find((c) => c.name === name) ?? checks.find((c) => c.name === ALIASES[name]);
}
