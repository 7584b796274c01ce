import type { History } from '../../history/history.ts';
import { type Forbids, openAll, Tally } from '../tally.ts';
import type { Check, CheckOptions, Verdict } from '../verdict.ts';
import { cycles } from './dependencies.ts';
import { logsOf } from './logs.ts';
import { disagreements, lost, unsent } from './messages.ts';
import { logOperations } from './operations.ts';
import { sessions } from './sessions.ts';

const MESSAGES = ['inconsistent-offsets', 'duplicate', 'lost-write', 'garbage-read', 'G1a'];
const SESSIONS = [
  ...['poll-skip', 'nonmonotonic-poll', 'nonmonotonic-send'],
  ...['int-poll-skip', 'int-nonmonotonic-poll', 'int-nonmonotonic-send'],
];
const FORBIDS: Forbids = {
  'serializable-log': [
    ...MESSAGES,
    ...SESSIONS,
    'G0',
    'G1c',
    'G-single-item',
    'G-nonadjacent-item',
    'G2-item',
  ],
  'read-committed': ['garbage-read', 'G1a', 'G0', 'G1c'],
  'consistent-log': [...MESSAGES, ...SESSIONS],
  'no-lost-writes': ['lost-write'],
};

/**
 * Logs with a partition for each key, as Kafka's: messages are sent and get an offset, and are polled in order of it, alone or
 * in transactions. For the form of operations see `logOperations`.
 *
 * `consistent-log` (default): an offset holds one message (`inconsistent-offsets`), a message has one offset (`duplicate`), no
 * message that was acknowledged, or whose operation is known to have taken place, is passed over by everybody
 * (`lost-write`), nobody polls what nobody sent (`garbage-read`) or what a failed transaction did (`G1a`), and a process
 * polls each key's messages in order without leaving any out, and sends in order (`nonmonotonic-poll`, `poll-skip`,
 * `nonmonotonic-send`; `int-…` within one operation), except that what it polls after `subscribe` may be in any order, since
 * rebalances are not in the history. `read-committed` and `serializable-log` also look at cycles of dependencies; Kafka
 * interleaves the sends of transactions, so G0 is to be expected there. Acknowledged messages beyond all that was polled are
 * a warning: they may just not have been polled yet.
 *
 * Operations of unknown outcome have taken place once an ok one polled a message of theirs, and the offsets that came with
 * their completions hold from then on; before, they say nothing.
 *
 * Preconditions: a message is sent to a key once, else `unknown`; an operation is one transaction, so that where one of its
 * sends took place all did, be it `txn` or a `send` of several messages. O(messages log messages) and the search for cycles.
 * Source: Jepsen's kafka workload (Kingsbury, Redpanda 21.10.1, 2022).
 */
export const log: Check = {
  name: 'log',
  summary: 'sends and polls of logs with offsets, as in Kafka: lost, duplicated, reordered, skipped messages',
  functions: ['send', 'poll', 'txn', 'assign', 'subscribe', 'crash', 'debug-topic-partitions'],
  models: Object.keys(FORBIDS),
  judge: (history, options = {}) => judge(history, options),
};

function judge(history: History, options: CheckOptions): Verdict {
  const tally = new Tally(options);
  const operations = logOperations(history);
  const logs = logsOf(history, operations);
  const { sends, polled, foreign, ops } = operations;
  let unseen = 0;
  let settled = true;
  if (foreign === null && logs.repeated.length === 0) {
    disagreements(history, operations, logs, tally);
    unsent(history, operations, logs, tally);
    unseen = lost(history, operations, logs, tally);
    sessions(history, operations, logs, tally);
    settled = cycles(history, operations, logs, tally, options);
  }
  const reason =
    foreign !== null
      ? `this is no log's history: ${foreign}`
      : logs.repeated.length > 0
        ? `the workload sent ${history.values.show(sends[logs.repeated[0]].value)} to ${history.values.show(sends[logs.repeated[0]].key)} more than once: nothing tells which of them was polled`
        : polled.length === 0
          ? 'nothing was polled: there is nothing to judge'
          : undefined;
  const cut = 'the budget ended before every kind of cycle was settled';
  const models = Object.keys(FORBIDS);
  return tally.verdict({
    check: 'log',
    engine: 'offsets+cycles',
    forbids: FORBIDS,
    options,
    judged: ['consistent-log'],
    open: { ...(settled ? {} : openAll(models.slice(0, 2), cut)), ...openAll(models, reason) },
    warnings: unseen === 0 ? [] : [`${unseen} acknowledged messages were never polled; nobody got that far`],
    stats: {
      operations: ops.length,
      keys: logs.byKey.size,
      sent: sends.length,
      polled: polled.length,
      unseen,
    },
  });
}
