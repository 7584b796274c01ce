/** A binary heap of transactions, least priority number first. */
export class Heap {
  private readonly priority: Float64Array;
  private readonly items: number[] = [];

  constructor(priority: Float64Array) {
    this.priority = priority;
  }

  get size(): number {
    return this.items.length;
  }

  push(t: number): void {
    const { items, priority } = this;
    let i = items.length;
    items.push(t);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (priority[items[up]!]! <= priority[t]!) break;
      items[i] = items[up]!;
      i = up;
    }
    items[i] = t;
  }

  pop(): number | undefined {
    const { items, priority } = this;
    const top = items[0];
    const t = items.pop();
    if (t === undefined || items.length === 0) return top;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && priority[items[down + 1]!]! < priority[items[down]!]!) down++;
      if (priority[items[down]!]! >= priority[t]!) break;
      items[i] = items[down]!;
      i = down;
    }
    items[i] = t;
    return top;
  }
}
