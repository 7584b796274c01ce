import { OK, R } from '../../history/history.ts';
import { showList } from '../evidence/show.ts';
import type { Step } from '../verdict.ts';
import type { Transactions } from './transactions.ts';
import type { Versions } from './versions.ts';

/** Finds, for the few keys that witnesses speak of, the reads that prove their version orders. */
export class Proofs {
  private readonly txns: Transactions;
  private readonly versions: Versions;
  /** By key: its reads that have a version, shortest first. */
  private readonly reads = new Map<number, number[]>();

  /** One pass over the history for all the keys together. */
  constructor(txns: Transactions, versions: Versions, keys: Iterable<number>) {
    this.txns = txns;
    this.versions = versions;
    for (const k of keys) this.reads.set(k, []);
    if (this.reads.size === 0) return;
    const { count, from, to, outcome, keyOf, history } = txns;
    const wanted = new Uint8Array(txns.keys);
    for (const k of this.reads.keys()) wanted[k] = 1;
    for (let t = 0; t < count; t++)
      if (outcome[t] === OK)
        for (let m = from[t]; m < to[t]; m++)
          if (wanted[keyOf[m]] === 1 && history.mopF[m] === R && versions.read(m) >= 0)
            this.reads.get(keyOf[m])!.push(m);
    for (const list of this.reads.values()) list.sort((a, b) => versions.of[a] - versions.of[b] || a - b);
  }

  /** The shortest read that shows everything up to `version`, unless it belongs to one of the two transactions. */
  of(key: number, version: number, a: number, b: number): Step['proof'] {
    const { txns, versions } = this;
    const able = (this.reads.get(key) ?? []).filter((m) => versions.of[m] >= version);
    const read = able[0];
    if (read === undefined || able.some((m) => txns.txnOf[m] === a || txns.txnOf[m] === b)) return undefined;
    const list = txns.list(read);
    const invoked = txns.history.inv[txns.row[txns.txnOf[read]]];
    const upTo = Math.min(list.length, version - versions.first[key] + 1);
    return {
      invoked,
      text: `the transaction invoked at record ${invoked} read ${txns.key(read)} as ${showList(txns.history, list, upTo)}`,
    };
  }
}
