import { describe, expect, it } from 'vitest';
import { Fabric, type FabricOptions } from '../../../src/worlds/local/fabric.ts';
import { until } from './harness.ts';

const MS = 1_000_000;

/** A fabric whose ports remember what they were given; time is the test's. */
class Bench {
  time = 0;
  readonly incarnations = new Map<string, number>([
    ['n1', 0],
    ['n2', 0],
  ]);
  readonly delivered: string[] = [];
  full = false;
  readonly fabric: Fabric;

  constructor(options: Partial<FabricOptions> = {}) {
    this.fabric = new Fabric(
      { seed: 1, latency: [MS, 5 * MS], queueLimit: 1000, ...options },
      {
        incarnation: (id) => (id.startsWith('c') ? 0 : this.incarnations.get(id)),
        deliver: (id, text) => {
          if (!this.full) this.delivered.push(`${id}:${text}`);
          return !this.full;
        },
      },
      () => this.time,
    );
  }

  send(text: string, from = 'n1', to = 'n2'): void {
    this.fabric.send(from, to, Buffer.from(text));
  }

  /** Lets everything arrive that is under way. */
  async arrive(): Promise<void> {
    const { sent, duplicated } = this.fabric.counters;
    this.time += 1000 * MS;
    await until(() => {
      const { delivered, cut, lost, overflow, stale } = this.fabric.counters;
      return delivered + cut + lost + overflow + stale === sent + duplicated;
    });
  }
}

describe('the fabric', () => {
  it('delivers nothing before the least latency and nothing twice', async () => {
    const b = new Bench();
    for (let i = 0; i < 100; i++) b.send(`${i}`);
    expect(b.delivered).toEqual([]);
    await b.arrive();
    expect(new Set(b.delivered).size).toBe(100);
    // Datagrams: latencies differ, so their order does.
    expect(b.delivered).not.toEqual(
      b.delivered.slice().sort((x, y) => Number(x.slice(3)) - Number(y.slice(3))),
    );
  });

  it('drops for an incarnation that has ended, and for nobody', async () => {
    const b = new Bench();
    b.send('old');
    b.incarnations.set('n2', 1);
    b.send('new');
    b.send('lost', 'n1', 'n9');
    await b.arrive();
    expect(b.delivered).toEqual(['n2:new']);
    expect(b.fabric.counters.stale).toBe(2);
  });

  it('bounds what a link keeps, and what a port does not take is counted', async () => {
    const b = new Bench();
    for (let i = 0; i < 20; i++) b.send('x'.repeat(100));
    expect(b.fabric.counters.overflow).toBe(10);
    await b.arrive();
    expect(b.delivered).toHaveLength(10);
    b.full = true;
    b.send('refused');
    await b.arrive();
    expect(b.fabric.counters.overflow).toBe(11);
    // Nothing is under way any more: the link takes as much as before.
    b.full = false;
    for (let i = 0; i < 10; i++) b.send('x'.repeat(100));
    await b.arrive();
    expect(b.delivered).toHaveLength(20);
  });

  it('holds in order of arrival, also what was under way, and a cut drops what is held', async () => {
    const b = new Bench();
    b.send('under way');
    b.fabric.apply({ do: 'cut', links: [['n1', 'n2']], held: true });
    b.send('held');
    b.send('other way', 'n2', 'n1');
    b.time += 1000 * MS;
    await until(() => b.delivered.length === 1);
    expect(b.delivered).toEqual(['n1:other way']);
    b.fabric.apply({ do: 'mend', links: [['n1', 'n2']] });
    await b.arrive();
    expect(b.delivered.slice().sort()).toEqual(['n1:other way', 'n2:held', 'n2:under way']);
    b.fabric.apply({ do: 'cut', links: [['n1', 'n2']], held: true });
    b.send('held and dropped');
    b.fabric.apply({ do: 'cut', links: [['n1', 'n2']] });
    b.fabric.apply({ do: 'mend', links: [['n1', 'n2']] });
    expect(b.fabric.counters.cut).toBe(1);
    await b.arrive();
    expect(b.delivered).toHaveLength(3);
  });

  it('loses and duplicates by about the share it was told', async () => {
    const b = new Bench({ queueLimit: 1_000_000 });
    b.fabric.apply({ do: 'degrade', links: [['n1', 'n2']], loss: 0.3, duplicate: 0.5 });
    for (let i = 0; i < 10_000; i++) b.send('x');
    await b.arrive();
    const { lost, duplicated } = b.fabric.counters;
    expect(Math.abs(lost - 3000)).toBeLessThan(300);
    expect(Math.abs(duplicated - 3500)).toBeLessThan(300);
  });

  it('forgets the links of clients that have gone, never a damaged one', async () => {
    const b = new Bench({ queueLimit: 1_000_000 });
    b.fabric.apply({ do: 'cut', links: [['c5', 'n1']] });
    for (let i = 0; i < 40_000; i++) {
      b.send('x', `c${i}`, 'n1');
      if (i % 1000 === 999) await b.arrive();
    }
    expect(b.fabric.counters.cut).toBe(1);
    b.send('x', 'c5', 'n1');
    expect(b.fabric.counters.cut).toBe(2);
    expect(b.fabric.links).toBeLessThan(20_000);
  });
});
