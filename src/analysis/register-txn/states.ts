/** A set of states, each known by two 32-bit hashes that are not both 0. Open addressing: sets of numbers beyond 31 bits allocate one for each look. */
export class States {
  /** Two numbers a state, both 0 where there is none. At most half full. */
  private table = new Int32Array(2048);
  private count = 0;

  has(high: number, low: number): boolean {
    return this.occupied(this.slot(high, low));
  }

  add(high: number, low: number): void {
    const at = this.slot(high, low);
    if (this.occupied(at)) return;
    this.table[at] = high;
    this.table[at + 1] = low;
    if (4 * ++this.count > this.table.length) this.enlarge();
  }

  private occupied(at: number): boolean {
    return (this.table[at]! | this.table[at + 1]!) !== 0;
  }

  /** Where the state is, or would be. */
  private slot(high: number, low: number): number {
    const { table } = this;
    const mask = table.length - 1;
    let at = (low << 1) & mask;
    while ((table[at]! | table[at + 1]!) !== 0 && (table[at] !== high || table[at + 1] !== low))
      at = (at + 2) & mask;
    return at;
  }

  private enlarge(): void {
    const old = this.table;
    this.table = new Int32Array(2 * old.length);
    for (let i = 0; i < old.length; i += 2) {
      const at = this.slot(old[i]!, old[i + 1]!);
      this.table[at] = old[i]!;
      this.table[at + 1] = old[i + 1]!;
    }
  }
}
