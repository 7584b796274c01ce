import { APPEND, INFO, OK, R, UNREAD } from '../../history/history.ts';
import { Findings } from './findings.ts';
import { checkInternal } from './internal.ts';
import type { Transactions } from './transactions.ts';
import { ABORTED, GARBAGE, INITIAL, REPEATED, type Versions } from './versions.ts';
import type { Writers } from './writers.ts';

/**
 * One pass over all transactions for every anomaly that shows in one transaction, in one key, or in a pair of reads. O(micro-operations)
 * where reads are prefixes of each other and orders are untainted; the elements of the others are looked at one by one.
 *
 * `unobserved`: appends of transactions that had effect, which no read shows. They come after all that the longest read shows.
 */
export function scan(
  txns: Transactions,
  writers: Writers,
  versions: Versions,
  keep: number,
): { findings: Findings; unobserved: readonly number[] } {
  const findings = new Findings(keep);
  const { suspects, unobserved } = scanTransactions(txns, versions, findings);
  for (const t of suspects) checkInternal(txns, t, findings);
  for (const k of versions.tainted) scanTainted(txns, versions, k, findings);
  scanTaintedReads(txns, versions, findings);
  scanDivergent(txns, writers, versions, findings);
  return { findings, unobserved };
}

/** G1b and lost updates. Gives the transactions that may contradict themselves. */
function scanTransactions(
  txns: Transactions,
  versions: Versions,
  findings: Findings,
): { suspects: number[]; unobserved: number[] } {
  const { count, keys, from, to, outcome, keyOf, txnOf, intermediate } = txns;
  const { mopF, mopVal } = txns.history;
  const { of } = versions;
  const suspects: number[] = [];
  const unobserved: number[] = [];
  // By key, valid while `seen` is the transaction: the version it must be at (−1 unknown), the latest it read, its first read, whether
  // it appended.
  const seen = new Int32Array(keys).fill(-1);
  const at = new Int32Array(keys);
  const latest = new Int32Array(keys);
  const firstRead = new Int32Array(keys);
  const appended = new Uint8Array(keys);
  // By version: 1 + the first read that a transaction updated it on.
  const updated = new Int32Array(versions.txn.length);
  const updates = new Map<number, { reads: number[]; append: number[] }>();

  for (let t = 0; t < count; t++) {
    if (outcome[t] === INFO) unobservedOf(txns, versions, t, unobserved);
    if (outcome[t] !== OK) continue;
    let suspect = false;
    for (let m = from[t]; m < to[t]; m++) {
      const k = keyOf[m];
      const fresh = seen[k] !== t;
      if (fresh) {
        seen[k] = t;
        at[k] = -1;
        latest[k] = -1;
        firstRead[k] = -1;
        appended[k] = 0;
      }
      const version = of[m];
      if (mopF[m] === R) {
        if (mopVal[m] === UNREAD) continue;
        if (fresh) firstRead[k] = m;
        // A divergent read is compared by its elements; so is one that is not where the transaction left the key.
        else if (version < 0 || at[k] !== version) suspect = true;
        at[k] = version;
        if (version > latest[k]) latest[k] = version;
        const last = versions.mop[version];
        if (version >= 0 && last >= 0 && intermediate[last] === 1 && txnOf[last] !== t)
          findings.add({ type: 'G1b', read: m, append: last });
      } else {
        if (version < 0) unobserved.push(m);
        // No earlier read may show it. If it did not create the next version, a later read will not agree.
        if (version >= 0 && version <= latest[k]) suspect = true;
        at[k] = fresh || version === at[k] + 1 ? version : -1;
        if (!fresh && appended[k] === 0 && firstRead[k] >= 0) {
          const read = of[firstRead[k]];
          if (read >= 0) {
            if (updated[read] === 0) updated[read] = firstRead[k] + 1;
            else {
              const first = updated[read] - 1;
              const all = updates.get(read) ?? { reads: [first], append: [appendAfter(txns, first)] };
              all.reads.push(firstRead[k]);
              all.append.push(m);
              updates.set(read, all);
            }
          } else suspect = true; // A divergent read may show what is appended here.
        }
        appended[k] = 1;
      }
    }
    if (suspect) suspects.push(t);
  }
  for (const { reads, append } of updates.values()) findings.add({ type: 'lost-update', reads, append });
  return { suspects, unobserved };
}

/** A transaction of unknown outcome did take effect if anything that it wrote was seen: then all that it wrote is there. */
function unobservedOf(txns: Transactions, versions: Versions, t: number, unobserved: number[]): void {
  const { from, to, history } = txns;
  let seen = false;
  for (let m = from[t]; m < to[t]; m++) if (versions.of[m] >= 0) seen = true;
  if (!seen) return;
  for (let m = from[t]; m < to[t]; m++)
    if (history.mopF[m] === APPEND && versions.of[m] < 0) unobserved.push(m);
}

/** The first append to the key of a read, in its transaction, after it. */
function appendAfter(txns: Transactions, read: number): number {
  let m = read + 1;
  while (txns.keyOf[m] !== txns.keyOf[read] || txns.history.mopF[m] !== APPEND) m++;
  return m;
}

/** Dirty updates and repeated elements of a key whose order holds something that should not be there. */
function scanTainted(txns: Transactions, versions: Versions, k: number, findings: Findings): void {
  const { first, longest, txn, mop } = versions;
  const list = txns.list(longest[k]);
  let aborted = -1;
  for (let v = first[k] + 1; v < first[k + 1]; v++) {
    if (txn[v] === REPEATED)
      findings.add({ type: 'duplicate-elements', read: longest[k], element: list[v - first[k] - 1] });
    else if (txn[v] === ABORTED) aborted = aborted < 0 ? mop[v] : aborted;
    else if (txn[v] >= 0 && txns.isOk(txn[v])) {
      if (aborted >= 0) findings.add({ type: 'dirty-update', aborted, append: mop[v] });
      aborted = -1;
    }
  }
}

/** Reads of tainted keys that are long enough to show the first stain. */
function scanTaintedReads(txns: Transactions, versions: Versions, findings: Findings): void {
  if (versions.tainted.size === 0) return;
  const { count, from, to, outcome, keyOf, history } = txns;
  const { first, txn, mop, of } = versions;
  const firstOf = (k: number, stain: number): number => {
    let v = first[k] + 1;
    while (v < first[k + 1] && txn[v] !== stain) v++;
    return v;
  };
  const stains = new Map<number, { aborted: number; garbage: number }>();
  for (const k of versions.tainted)
    stains.set(k, { aborted: firstOf(k, ABORTED), garbage: firstOf(k, GARBAGE) });
  for (let t = 0; t < count; t++) {
    if (outcome[t] !== OK) continue;
    for (let m = from[t]; m < to[t]; m++) {
      if (history.mopF[m] !== R || of[m] < 0) continue;
      const stain = stains.get(keyOf[m]);
      if (stain === undefined) continue;
      if (of[m] >= stain.aborted) findings.add({ type: 'G1a', read: m, append: mop[stain.aborted] });
      if (of[m] >= stain.garbage) {
        const element = txns.list(m)[stain.garbage - first[keyOf[m]] - 1];
        findings.add({ type: 'garbage-read', read: m, element });
      }
    }
  }
}

/** Reads that are no prefix of their key's longest: what they contradict, and what else is wrong with them. */
function scanDivergent(txns: Transactions, writers: Writers, versions: Versions, findings: Findings): void {
  const { keyOf, txnOf, intermediate } = txns;
  for (const m of versions.divergent) {
    const k = keyOf[m];
    findings.add({ type: 'incompatible-order', read: m, other: versions.longest[k] });
    const met = new Set<number>();
    let failed = false;
    let unwritten = false;
    let repeated = false;
    const list = txns.list(m);
    for (const [i, element] of list.entries()) {
      const append = writers.of(k, element);
      if (append < 0 && !unwritten) {
        unwritten = true;
        findings.add({ type: 'garbage-read', read: m, element });
      }
      if (append >= 0 && !failed && txns.isFailed(txnOf[append])) {
        failed = true;
        findings.add({ type: 'G1a', read: m, append });
      }
      if (append >= 0 && i === list.length - 1 && intermediate[append] === 1 && txnOf[append] !== txnOf[m])
        findings.add({ type: 'G1b', read: m, append });
      if (met.has(element) && !repeated) {
        repeated = true;
        findings.add({ type: 'duplicate-elements', read: m, element });
      }
      met.add(element);
    }
  }
}

/** The transaction whose write a read saw last, or −1 for none: its own, an ineffective one, or nobody's. */
export function lastWriter(txns: Transactions, writers: Writers, read: number): number {
  const list = txns.list(read);
  if (list.length === 0) return INITIAL;
  const append = writers.of(txns.keyOf[read], list[list.length - 1]);
  if (append < 0 || txns.isFailed(txns.txnOf[append])) return INITIAL;
  return txns.txnOf[append] === txns.txnOf[read] ? INITIAL : txns.txnOf[append];
}
