import type { Random } from './random.ts';

/**
 * Keys as Elle's generator draws them: ten live keys, each half as likely as the one before; a key that was written
 * often enough makes room for a new one. Values of a key count from 1.
 */
export class LiveKeys {
  private readonly random: Random;
  private readonly most: number;
  private readonly live: number[] = [];
  private readonly writes: number[] = [];
  private next = 0;

  constructor(random: Random, mostWrites: number, live = 10) {
    this.random = random;
    this.most = mostWrites;
    for (let i = 0; i < live; i++) this.open(i);
  }

  private open(slot: number): void {
    this.live[slot] = this.next++;
    this.writes[slot] = 0;
  }

  private slot(): number {
    const bits = this.random.below(1 << (this.live.length - 1)) | (1 << (this.live.length - 1));
    return Math.min(this.live.length - 1, 31 - Math.clz32(bits & -bits));
  }

  toRead(): number {
    return this.live[this.slot()]!;
  }

  toWrite(): { key: number; value: number } {
    const slot = this.slot();
    const key = this.live[slot]!;
    const value = ++this.writes[slot]!;
    if (value === this.most) this.open(slot);
    return { key, value };
  }
}
