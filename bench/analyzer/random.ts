/** A small seeded generator (splitmix32): the same inputs on every machine, and fast enough for millions of operations. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** An integer from 0 to n − 1. */
  below(n: number): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    z ^= z >>> 15;
    return Math.floor(((z >>> 0) / 0x100000000) * n);
  }

  chance(p: number): boolean {
    return this.below(1 << 30) < p * (1 << 30);
  }
}
