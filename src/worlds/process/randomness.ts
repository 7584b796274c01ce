import type { NodeId } from '../../cluster/host.ts';
import { hash, hashText } from '../../random.ts';

/** `BaseHost.random` of one incarnation: the very numbers that the same machine draws in the simulator. */
export function machineRandom(
  seed: number,
  id: NodeId,
  incarnation: number,
): (what: string, ...at: readonly number[]) => number {
  const machine = hash(seed, [hashText(id)]);
  const salts = new Map<string, number>();
  return (what, ...at) => {
    let salt = salts.get(what);
    if (salt === undefined) {
      salt = hash(machine, [incarnation, hashText(what)]);
      salts.set(what, salt);
    }
    return hash(salt, at) / 0x100000000;
  };
}
