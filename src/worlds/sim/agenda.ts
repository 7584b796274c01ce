/**
 * What is to happen, ordered by time; what is due at one time happens in the order it was planned. A binary heap over
 * parallel arrays: the comparison touches two typed arrays only.
 */
export class Agenda<T> {
  private times = new Float64Array(1024);
  private orders = new Float64Array(1024);
  private items: (T | undefined)[] = [];
  private planned = 0;
  size = 0;

  /** Time of the next item; Infinity when there is none. */
  get nextTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.times[0]!;
  }

  push(time: number, item: T): void {
    if (this.size === this.times.length) this.grow();
    const order = this.planned++;
    let i = this.size++;
    const { times, orders, items } = this;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (times[parent]! <= time) break;
      times[i] = times[parent]!;
      orders[i] = orders[parent]!;
      items[i] = items[parent];
      i = parent;
    }
    times[i] = time;
    orders[i] = order;
    items[i] = item;
  }

  pop(): T {
    const { times, orders, items } = this;
    const first = items[0] as T;
    const last = --this.size;
    const time = times[last]!;
    const order = orders[last]!;
    const item = items[last];
    items[last] = undefined;
    if (last === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      const right = child + 1;
      if (
        right < last &&
        (times[right]! < times[child]! ||
          (times[right]! === times[child]! && orders[right]! < orders[child]!))
      ) {
        child = right;
      }
      if (times[child]! > time || (times[child]! === time && orders[child]! > order)) break;
      times[i] = times[child]!;
      orders[i] = orders[child]!;
      items[i] = items[child];
      i = child;
    }
    times[i] = time;
    orders[i] = order;
    items[i] = item;
    return first;
  }

  private grow(): void {
    const times = new Float64Array(this.times.length * 2);
    times.set(this.times);
    this.times = times;
    const orders = new Float64Array(this.orders.length * 2);
    orders.set(this.orders);
    this.orders = orders;
  }
}
