import type { Output } from './output.ts';
import { Random } from './random.ts';

/**
 * One G-single, a ring of `ring` transactions (reads-from all the way, closed by one anti-dependency), among
 * `decoys` pairs of transactions whose cycles hold two adjacent anti-dependencies and weave through the ring's keys.
 * Elle's own test of it, `unfindable-g-single`, runs into its time limit.
 */
export function writeRing(out: Output, options: { ring: number; decoys: number; seed: number }): void {
  const random = new Random(options.seed);
  let process = 0;
  const txn = (mops: readonly string[]): void => {
    out.record(process++, 'ok', 'txn', `[${mops.join(',')}]`);
  };
  const ringKey = (i: number): string => `"ring${i}"`;
  // T(i) saw T(i−1)'s append, and the last one did not see the first one's append to "closing".
  for (let i = 0; i < options.ring; i++)
    txn([
      i === 0 ? '["append","closing",1]' : `["r",${ringKey(i - 1)},[1]]`,
      `["append",${ringKey(i)},1]`,
      ...(i === options.ring - 1 ? ['["r","closing",[]]'] : []),
    ]);
  txn([`["r",${ringKey(options.ring - 1)},[1]]`, '["r","closing",[1]]']);
  // Write skews, in chains that share keys, so that they form one strongly connected part.
  for (let i = 0; i < options.decoys; i++) {
    const a = random.below(options.ring);
    txn([`["r","x${i}",[]]`, `["append","y${i}",1]`, `["r","y${(i + 1) % options.decoys}",[]]`]);
    txn([`["r","y${i}",[]]`, `["append","x${i}",1]`, `["r",${ringKey(a)},[1]]`]);
  }
  out.close();
}
