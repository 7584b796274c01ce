import { APPEND, R, UNREAD } from '../../history/history.ts';
import type { Findings } from './findings.ts';
import type { Transactions } from './transactions.ts';

/**
 * Checks one transaction against itself by comparing elements: each read of a key must show what the last read showed and what the
 * transaction has appended since; before the first read, only that its own appends stand at the end. This is the definition;
 * `scan.ts` decides most transactions by version numbers and asks here about the rest. O(elements read).
 */
export function checkInternal(txns: Transactions, t: number, findings: Findings): void {
  const { from, to, keyOf, history } = txns;
  const { mopF, mopVal } = history;
  const known = new Map<number, { list: number[]; whole: boolean; reads: number[] }>();
  for (let m = from[t]; m < to[t]; m++) {
    const state = known.get(keyOf[m]) ?? { list: [], whole: false, reads: [] };
    known.set(keyOf[m], state);
    if (mopF[m] === APPEND) {
      const early = state.reads.find((r) => txns.list(r).includes(mopVal[m]));
      if (early !== undefined) findings.add({ type: 'future-read', read: early, append: m });
      state.list.push(mopVal[m]);
    } else if (mopF[m] === R && mopVal[m] !== UNREAD) {
      const list = [...txns.list(m)];
      const expected = state.list;
      const start = list.length - expected.length;
      const agrees =
        (state.whole ? start === 0 : start >= 0) && expected.every((e, i) => list[start + i] === e);
      if (!agrees) findings.add({ type: 'internal', read: m });
      state.list = list;
      state.whole = true;
      state.reads.push(m);
    }
  }
}
