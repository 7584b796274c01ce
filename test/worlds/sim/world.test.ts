import { describe, expect, it } from 'vitest';
import type { Host, Message, Replica } from '../../../src/cluster/host.ts';
import type { Json } from '../../../src/history/op.ts';
import { SimWorld } from '../../../src/worlds/sim/world.ts';
import type { Action, Confirmation, ObservedEvent } from '../../../src/worlds/world.ts';

const MS = 1_000_000;

/** Appends what it is told, answers once written (`put`) or synced (`sync`), and tells every tick of its clock. */
class Notebook implements Replica {
  private readonly host: Host;
  private waiting = new Map<string, Message>();
  private pages: Json[] = [];
  constructor(host: Host) {
    this.host = host;
  }
  start(disk: ReadonlyMap<string, readonly Json[]>): void {
    this.pages = [...(disk.get('pages') ?? [])];
    this.host.emit({ type: 'recovered', pages: this.pages });
    this.host.setTimer('tick', 10 * MS);
  }
  receive(message: Message): void {
    const tag = `${message.body.type}:${message.src}:${message.body.msg_id}`;
    this.waiting.set(tag, message);
    if (message.body.type === 'put') this.host.disk.append('pages', [message.body.value as Json], tag);
    else if (message.body.type === 'sync') this.host.disk.sync('pages', tag);
    else if (message.body.type === 'boom') throw new Error('boom');
    else this.host.send(message.src, { type: 'pong', in_reply_to: message.body.msg_id });
  }
  timer(): void {
    this.host.emit({
      type: 'tick',
      mono: this.host.monotonic(),
      draw: this.host.random('tick', this.host.monotonic()),
    });
    this.host.setTimer('tick', 10 * MS);
  }
  disk(tag: string): void {
    const message = this.waiting.get(tag)!;
    this.host.send(message.src, { type: 'done', in_reply_to: message.body.msg_id });
  }
}

function laboratory(seed = 1, codec = false) {
  const events: ObservedEvent[] = [];
  const crashes: string[] = [];
  const world = new SimWorld({
    nodes: ['n1', 'n2'],
    create: (host) => new Notebook(host),
    listener: { event: (e) => events.push(e), crash: (c) => crashes.push(c.node) },
    options: { seed, codec },
  });
  world.setUp(() => {});
  const heard: { time: number; message: Message }[] = [];
  let say!: (dest: string, type: string, value?: Json) => void;
  let ids = 0;
  world.openClient('c0', (host) => {
    say = (dest, type, value) => host.send(dest, { type, msg_id: ids++, value });
    return {
      invoke: () => {},
      receive: (message) => heard.push({ time: world.now(), message }),
      timer: () => {},
    };
  });
  const until = (time: number) => {
    let over = false;
    world.at(time, () => {
      over = true;
    });
    while (!over) world.step();
  };
  const apply = (action: Action): Confirmation | undefined => {
    let said: Confirmation | undefined;
    world.apply(action, (c) => {
      said = c;
    });
    world.step();
    return said;
  };
  return { world, events, crashes, heard, say, until, apply };
}

describe('the simulated world', () => {
  it('delivers within the base latency, and repeats a run exactly', () => {
    const runs = [1, 1, 2].map((seed) => {
      const lab = laboratory(seed);
      for (let i = 0; i < 20; i++) lab.say('n1', 'ping');
      lab.until(100 * MS);
      expect(lab.heard).toHaveLength(20);
      for (const { time } of lab.heard) expect(time).toBeLessThanOrEqual(10 * MS);
      return JSON.stringify([lab.heard, lab.events]);
    });
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
  });

  it('gives the same run through the wire format', () => {
    const [plain, coded] = [false, true].map((codec) => {
      const lab = laboratory(3, codec);
      for (let i = 0; i < 20; i++) lab.say('n1', 'put', { i });
      lab.until(100 * MS);
      return JSON.stringify([lab.heard, lab.events]);
    });
    expect(plain).toBe(coded);
  });

  it('cuts one direction, what is under way included; held messages arrive after mending', () => {
    const lab = laboratory();
    lab.say('n1', 'ping');
    expect(lab.apply({ do: 'cut', links: [['c0', 'n1']] })).toEqual({ ok: true, took: ['c0>n1'] });
    lab.until(50 * MS);
    expect(lab.heard).toHaveLength(0);
    lab.apply({ do: 'mend', links: [['c0', 'n1']] });
    lab.apply({ do: 'cut', links: [['n1', 'c0']], held: true });
    lab.say('n1', 'ping');
    lab.say('n2', 'ping');
    lab.until(100 * MS);
    expect(lab.heard.map((h) => h.message.src)).toEqual(['n2']);
    lab.apply({ do: 'mend', links: [['n1', 'c0']] });
    lab.until(150 * MS);
    expect(lab.heard.map((h) => h.message.src)).toEqual(['n2', 'n1']);
  });

  it('loses and duplicates by the given share', () => {
    const lab = laboratory();
    lab.apply({ do: 'degrade', links: [['c0', 'n1']], loss: 0.5 });
    for (let i = 0; i < 400; i++) lab.say('n1', 'ping');
    lab.until(50 * MS);
    expect(lab.heard.length).toBeGreaterThan(120);
    expect(lab.heard.length).toBeLessThan(280);
    lab.heard.length = 0;
    lab.apply({ do: 'degrade', links: [['c0', 'n1']], duplicate: 0.5 });
    for (let i = 0; i < 400; i++) lab.say('n1', 'ping');
    lab.until(100 * MS);
    expect(lab.heard.length).toBeGreaterThan(520);
    expect(lab.heard.length).toBeLessThan(680);
  });

  it('keeps what was written over a kill, what was synced over a power failure', () => {
    const survivors = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const lab = laboratory(seed);
      lab.say('n1', 'put', 'a');
      lab.until(20 * MS);
      lab.say('n1', 'sync');
      lab.until(40 * MS);
      for (const v of ['b', 'c', 'd']) lab.say('n1', 'put', v);
      lab.until(60 * MS);
      expect(lab.apply({ do: 'power-failure', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
      lab.apply({ do: 'start', nodes: ['n1'] });
      lab.until(61 * MS);
      const recovered = lab.events.filter((e) => e.event.type === 'recovered' && e.incarnation === 1);
      const pages = recovered[0]!.event.pages as Json[];
      expect(pages[0]).toBe('a');
      survivors.add(pages.length);

      lab.say('n2', 'put', 'x');
      lab.until(80 * MS);
      lab.apply({ do: 'kill', nodes: ['n2'] });
      lab.apply({ do: 'start', nodes: ['n2'] });
      lab.until(81 * MS);
      const after = lab.events.filter(
        (e) => e.node === 'n2' && e.event.type === 'recovered' && e.incarnation === 1,
      );
      expect(after[0]!.event.pages).toEqual(['x']);
    }
    expect([...survivors].sort()).toEqual([1, 2, 3, 4]);
  });

  it('answers nothing while paused or down, and all of it after resuming', () => {
    const lab = laboratory();
    expect(lab.apply({ do: 'pause', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    expect(lab.apply({ do: 'pause', nodes: ['n1'] })).toEqual({ ok: true, took: [] });
    lab.say('n1', 'ping');
    lab.say('n1', 'ping');
    lab.until(100 * MS);
    expect(lab.heard).toHaveLength(0);
    lab.apply({ do: 'resume', nodes: ['n1'] });
    lab.until(150 * MS);
    expect(lab.heard).toHaveLength(2);
    lab.apply({ do: 'kill', nodes: ['n1'] });
    lab.say('n1', 'ping');
    lab.until(200 * MS);
    expect(lab.heard).toHaveLength(2);
    expect(lab.apply({ do: 'kill', nodes: ['n9'] })).toEqual({ ok: false, error: 'no node n9' });
  });

  it('drifts the rate that drives timers, bumps only the wall clock', () => {
    const lab = laboratory();
    lab.apply({ do: 'drift', nodes: ['n1'], rate: 2 });
    lab.apply({ do: 'bump', nodes: ['n2'], by: 5000 * MS });
    lab.until(1000 * MS);
    const ticks = (node: string) => lab.events.filter((e) => e.node === node && e.event.type === 'tick');
    expect(ticks('n1').length).toBeGreaterThan(195);
    expect(ticks('n2').length).toBeLessThan(101);
    expect(ticks('n2').at(-1)!.nodeTime - lab.world.now()).toBeGreaterThan(4980 * MS);
    lab.apply({ do: 'reset-clock', nodes: ['n1', 'n2'] });
    lab.until(2000 * MS);
    for (const node of ['n1', 'n2']) {
      const last = ticks(node).at(-1)!;
      expect(last.nodeTime).toBe(last.time);
    }
    const monos = ticks('n1').map((e) => e.event.mono as number);
    expect(monos).toEqual([...monos].sort((a, b) => a - b));
  });

  it('reports a program that throws as a crash, once', () => {
    const lab = laboratory();
    lab.say('n1', 'boom');
    lab.until(100 * MS);
    expect(lab.crashes).toEqual(['n1']);
    lab.say('n1', 'ping');
    lab.until(200 * MS);
    expect(lab.heard).toHaveLength(0);
  });
});
