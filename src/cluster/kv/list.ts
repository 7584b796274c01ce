import type { Json } from '../../history/op.ts';

/**
 * A list that is appended to in place and handed out without copying: once a reader holds the array, the next append
 * copies it, so that values in replies, snapshots and session tables never change. Appends between reads cost O(1).
 */
export class List {
  private items: Json[];
  private shared = false;

  constructor(items: readonly Json[]) {
    this.items = items as Json[];
    this.shared = true;
  }

  append(item: Json): void {
    if (this.shared) {
      this.items = this.items.slice();
      this.shared = false;
    }
    this.items.push(item);
  }

  read(): readonly Json[] {
    this.shared = true;
    return this.items;
  }
}
