import { OK, R } from '../../history/history.ts';
import { type Finding, Findings } from './findings.ts';
import { checkInternal } from './internal.ts';
import { type Pass, passOver } from './pass.ts';
import type { Transactions } from './transactions.ts';
import { ABORTED, GARBAGE, INITIAL, REPEATED, type Versions } from './versions.ts';

/**
 * Every anomaly that shows in one transaction, in one key, or in a pair of reads. O(micro-operations) where reads are prefixes of each
 * other and orders are untainted; the elements of the others are looked at one by one.
 */
export function scan(
  txns: Transactions,
  versions: Versions,
  placed: Uint8Array,
  keep: number,
): { findings: Findings; pass: Pass } {
  const findings = new Findings(keep, (finding) => arguesFromOrder(txns, versions, finding));
  const pass = passOver(txns, versions, placed, findings);
  for (const t of pass.suspects) checkInternal(txns, t, findings);
  for (const append of versions.swapped) findings.add(swappedAppends(txns, versions, append));
  for (const k of versions.tainted) scanTainted(txns, versions, k, findings);
  scanTaintedReads(txns, versions, findings);
  scanDivergent(txns, versions, pass.divergent, findings);
  return { findings, pass };
}

/** Whether a finding rests on the order of a key that has none. */
function arguesFromOrder({ keyOf }: Transactions, { unordered }: Versions, finding: Finding): boolean {
  if (unordered.size === 0) return false;
  switch (finding.type) {
    case 'internal':
    case 'future-read':
    case 'G1b':
      return unordered.has(keyOf[finding.read]);
    case 'incompatible-order':
      return 'append' in finding && unordered.has(keyOf[finding.append]);
    case 'lost-update':
      return unordered.has(keyOf[finding.reads[0]]);
    default:
      return false;
  }
}

function swappedAppends({ keyOf }: Transactions, { longest, mop, of }: Versions, append: number): Finding {
  return { type: 'incompatible-order', read: longest[keyOf[append]], earlier: mop[of[append] + 1], append };
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
function scanDivergent(
  txns: Transactions,
  versions: Versions,
  divergent: readonly number[],
  findings: Findings,
): void {
  const { keyOf, txnOf, intermediate } = txns;
  for (const m of divergent) {
    const k = keyOf[m];
    findings.add({ type: 'incompatible-order', read: m, other: versions.longest[k] });
    const met = new Set<number>();
    let failed = false;
    let unwritten = false;
    let repeated = false;
    const list = txns.list(m);
    for (const [i, element] of list.entries()) {
      const append = versions.append(k, element);
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
export function lastWriter(txns: Transactions, versions: Versions, read: number): number {
  const list = txns.list(read);
  if (list.length === 0) return INITIAL;
  const append = versions.append(txns.keyOf[read], list[list.length - 1]);
  if (append < 0 || txns.isFailed(txns.txnOf[append])) return INITIAL;
  return txns.txnOf[append] === txns.txnOf[read] ? INITIAL : txns.txnOf[append];
}
