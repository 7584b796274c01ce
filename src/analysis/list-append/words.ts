import { showList, showPlace, showRow } from '../evidence/show.ts';
import type { Anomaly } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import type { Finding } from './findings.ts';
import type { Transactions } from './transactions.ts';

/** A finding as an anomaly, in words. */
export function findingAnomaly(txns: Transactions, finding: Finding): Anomaly {
  const mops = mopsOf(finding);
  const transactions = [...new Set(mops.map((m) => txns.txnOf[m]))];
  const name = (m: number): string => `T${transactions.indexOf(txns.txnOf[m]) + 1}`;
  const { history, row } = txns;
  const { values } = history;
  const shown = transactions.map(
    (t, i) => `  T${i + 1}: ${showRow(history, row[t])}   (${showPlace(history, row[t])})`,
  );
  const key = mops[0];
  return {
    type: finding.type,
    message: [`${finding.type}: ${sentence(txns, finding, name)}`, ...shown].join('\n'),
    ops: transactions.map((t, i) => witnessOp(history, row[t], `T${i + 1}`)),
    key: values.value(history.mopKey[key]),
    ...('element' in finding ? { detail: { element: values.value(finding.element) } } : {}),
  };
}

function mopsOf(finding: Finding): readonly number[] {
  switch (finding.type) {
    case 'G1a':
    case 'G1b':
      return [finding.read, finding.append];
    case 'future-read':
      return [finding.read, finding.append];
    case 'incompatible-order':
      return [finding.read, 'other' in finding ? finding.other : finding.append];
    case 'lost-update':
      return finding.reads;
    case 'dirty-update':
      return [finding.aborted, finding.append];
    default:
      return [finding.read];
  }
}

function sentence(txns: Transactions, finding: Finding, name: (mop: number) => string): string {
  const { history } = txns;
  const { values, mopVal } = history;
  const appended = (m: number): string => values.show(mopVal[m]);
  const read = (m: number): string => `${name(m)} read ${txns.key(m)} as ${showList(history, txns.list(m))}`;
  switch (finding.type) {
    case 'G1a':
      return `${readUpTo(txns, finding.read, mopVal[finding.append], name)}, which holds ${appended(finding.append)}; ${name(finding.append)} appended that, and failed`;
    case 'G1b':
      return `${read(finding.read)}, a state that ${name(finding.append)} was to leave behind: it appended more to ${txns.key(finding.read)} after ${appended(finding.append)}`;
    case 'garbage-read':
      return `${readUpTo(txns, finding.read, finding.element, name)}, but no transaction ever appended ${values.show(finding.element)} to it`;
    case 'duplicate-elements':
      return `${readUpTo(txns, finding.read, finding.element, name)}, where ${values.show(finding.element)} occurs more than once`;
    case 'incompatible-order':
      if ('append' in finding) {
        const [first, second] = [appended(finding.earlier), appended(finding.append)];
        return `${name(finding.append)} appended ${first} before ${second} to ${txns.key(finding.read)}, and ${readUpTo(txns, finding.read, mopVal[finding.earlier], name)}, ${second} before ${first}`;
      }
      return `${read(finding.read)}, and ${read(finding.other)}: neither continues the other, so they cannot be states of one list`;
    case 'internal':
      return `${read(finding.read)}, which contradicts what the transaction itself had done and seen of it before`;
    case 'future-read':
      return `${read(finding.read)}, with ${appended(finding.append)} in it, which it appended only afterwards`;
    case 'lost-update': {
      const updates = finding.reads.map((r, i) => `${name(r)} appended ${appended(finding.append[i])}`);
      const state = showList(history, txns.list(finding.reads[0]));
      return `all of these read ${txns.key(finding.reads[0])} as ${state} and then updated it, none seeing another's update: ${updates.join(', ')}`;
    }
    case 'dirty-update':
      return `${name(finding.append)} appended ${appended(finding.append)} to ${txns.key(finding.append)} on top of ${appended(finding.aborted)}, which ${name(finding.aborted)} appended, and failed`;
  }
}

/** The read, cut behind the last occurrence of the element in question if the list is long. */
function readUpTo(txns: Transactions, read: number, element: number, name: (mop: number) => string): string {
  const list = txns.list(read);
  const upTo = Math.min(list.length, list.lastIndexOf(element) + 2);
  return `${name(read)} read ${txns.key(read)} as ${showList(txns.history, list, upTo)}`;
}
