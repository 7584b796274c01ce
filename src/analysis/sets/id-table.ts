import { NEVER } from '../../history/history.ts';

/** A map from value ids to ints: an array for the small integers that most ids are, a Map for the rest. */
export class IdTable {
  private readonly small: Int32Array;
  private readonly rest = new Map<number, number>();

  /** @param expected how many ids there will be, roughly: the array covers a few times as many */
  constructor(expected: number) {
    this.small = new Int32Array(4 * expected + 1024).fill(NEVER);
  }

  /** −1 where there is none. */
  get(id: number): number {
    if (id < 0 || id >= this.small.length) return this.rest.get(id) ?? -1;
    const at = this.small[id];
    return at === NEVER ? -1 : at;
  }

  set(id: number, value: number): void {
    if (id < 0 || id >= this.small.length) this.rest.set(id, value);
    else this.small[id] = value;
  }
}
