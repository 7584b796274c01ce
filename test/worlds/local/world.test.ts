import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processState } from '../../../src/worlds/local/proc.ts';
import { compileFixtures, groupOf, listeningPorts, processesOf, TestWorld, until } from './harness.ts';

let fixtures: string;
beforeAll(() => {
  fixtures = compileFixtures('world');
});

const SECOND = 1_000_000_000;

describe('a cluster of echo programs', () => {
  let t: TestWorld;
  beforeAll(async () => {
    t = new TestWorld(fixtures, 'echo', ['n1', 'n2', 'n3'], { patience: 20 * SECOND });
    expect(await t.setUp()).toBeUndefined();
  });
  afterAll(() => t.dispose());

  /** How many messages n2 has counted from n1. */
  const counted = async (from = 'n1', at = 'n2') =>
    (await t.probe.call(at, 'counted', { from })).count as number;
  /** Makes one node send another a message; resolves when it has been sent. */
  const poke = (from = 'n1', to = 'n2') => t.probe.call(from, 'poke', { node: to });

  it('serves a client', async () => {
    const reply = await t.probe.call('n2', 'echo', { payload: { text: 'für' } });
    expect(reply).toMatchObject({ type: 'echo_ok', payload: { text: 'für' } });
  });

  it('runs every process of the run outside the group of the controller', () => {
    // Three nodes, a switchboard, a supervisor.
    const pids = processesOf(t.world.run);
    expect(pids).toHaveLength(5);
    const mine = groupOf(process.pid);
    for (const pid of pids) expect(groupOf(pid)).not.toEqual(mine);
  });

  it('carries a large message whole', async () => {
    const payload = 'ü'.repeat(1_000_000);
    expect((await t.probe.call('n1', 'echo', { payload })).payload).toBe(payload);
  });

  it('tells events out of band, numbered, with both times', async () => {
    await t.apply({ do: 'cut', links: [['n3', 'c0']] });
    void t.probe.call('n3', 'emit', { epoch: 7 });
    await until(() => t.events.some((e) => e.event.epoch === 7));
    await t.apply({ do: 'mend', links: [['n3', 'c0']] });
    const mine = t.events.filter((e) => e.node === 'n3');
    expect(mine.map((e) => e.seq)).toEqual(mine.map((_, i) => i));
    const last = mine[mine.length - 1]!;
    expect(last.event).toEqual({ type: 'role', role: 'leader', epoch: 7 });
    expect(last.time).toBeGreaterThan(0);
    expect(last.time).toBeLessThan(t.world.now());
    expect(last.incarnation).toBe(0);
  });

  it('cuts one way only, and mends', async () => {
    expect(await t.apply({ do: 'cut', links: [['n1', 'n2']] })).toEqual({ ok: true, took: ['n1>n2'] });
    const before = await counted();
    const dropped = t.world.counters().cut ?? 0;
    for (let i = 0; i < 20; i++) await poke();
    // The other way is whole.
    await poke('n2', 'n1');
    await until(async () => (await counted('n2', 'n1')) === 1);
    await until(() => t.world.counters().cut === dropped + 20);
    expect(await counted()).toBe(before);
    await t.apply({ do: 'mend', links: [['n1', 'n2']] });
    await poke();
    await until(async () => (await counted()) === before + 1);
  });

  it('drops what is under way when it cuts', async () => {
    const before = await counted();
    const { cut = 0 } = t.world.counters();
    await t.apply({ do: 'degrade', links: [['n1', 'n2']], delay: [60 * SECOND, 60 * SECOND] });
    const { sent = 0 } = t.world.counters();
    for (let i = 0; i < 5; i++) await poke();
    // Request, reply and the message itself.
    await until(() => t.world.counters().sent! >= sent + 15);
    await t.apply({ do: 'cut', links: [['n1', 'n2']] });
    await until(() => t.world.counters().cut === cut + 5);
    await t.apply({ do: 'restore', links: [['n1', 'n2']] });
    await t.apply({ do: 'mend', links: [['n1', 'n2']] });
    await poke();
    await until(async () => (await counted()) === before + 1);
  });

  it('holds messages and delivers them when mended', async () => {
    await t.apply({ do: 'cut', links: [['n1', 'n2']], held: true });
    const before = await counted();
    const { sent = 0 } = t.world.counters();
    for (let i = 0; i < 20; i++) await poke();
    await until(() => t.world.counters().sent! >= sent + 60);
    expect(await counted()).toBe(before);
    await t.apply({ do: 'mend', links: [['n1', 'n2']] });
    await until(async () => (await counted()) === before + 20);
  });

  it('cuts the links of a client too', async () => {
    await t.apply({ do: 'cut', links: [['c0', 'n1']], held: true });
    let answered = false;
    const reply = t.probe.call('n1', 'echo', { payload: 1 }).then(() => (answered = true));
    await t.probe.call('n2', 'echo', { payload: 2 });
    expect(answered).toBe(false);
    await t.apply({ do: 'mend', links: [['c0', 'n1']] });
    await reply;
  });

  it('loses and duplicates as told', async () => {
    const { lost = 0 } = t.world.counters();
    await t.apply({ do: 'degrade', links: [['n1', 'n2']], loss: 1 });
    const before = await counted();
    for (let i = 0; i < 5; i++) await poke();
    await until(() => t.world.counters().lost === lost + 5);
    await t.apply({ do: 'degrade', links: [['n1', 'n2']], duplicate: 1 });
    for (let i = 0; i < 5; i++) await poke();
    await until(async () => (await counted()) === before + 10);
    await t.apply({ do: 'restore', links: [['n1', 'n2']] });
  });

  it('pauses and resumes', async () => {
    expect(await t.apply({ do: 'pause', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    const stopped = processesOf(t.world.run).filter((pid) => processState(pid) === 'T');
    expect(stopped).toHaveLength(1);
    expect(await t.apply({ do: 'pause', nodes: ['n1'] })).toEqual({ ok: true, took: [] });
    let answered = false;
    const reply = t.probe.call('n1', 'echo', { payload: 1 }).then(() => (answered = true));
    await t.probe.call('n2', 'echo', { payload: 1 });
    expect(answered).toBe(false);
    expect(await t.apply({ do: 'resume', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    await reply;
  });

  it('changes the clock of a paused node once it is resumed', async () => {
    await t.apply({ do: 'pause', nodes: ['n1'] });
    let confirmed = false;
    const bump = t.apply({ do: 'bump', nodes: ['n1'], by: 3600 * SECOND }).then((confirmation) => {
      confirmed = true;
      return confirmation;
    });
    await t.probe.call('n2', 'echo', { payload: 1 });
    expect(confirmed).toBe(false);
    await t.apply({ do: 'resume', nodes: ['n1'] });
    expect(await bump).toEqual({ ok: true, took: ['n1'] });
    expect((await t.probe.call('n1', 'clocks')).wall).toBeGreaterThan(3600 * SECOND);
    await t.apply({ do: 'reset-clock', nodes: ['n1'] });
  });

  it('bumps the wall clock, not the monotonic one, and keeps it bumped over a restart', async () => {
    const before = await t.probe.call('n3', 'clocks');
    await t.apply({ do: 'bump', nodes: ['n3'], by: -3600 * SECOND });
    const after = await t.probe.call('n3', 'clocks');
    expect(after.wall).toBeLessThan((before.wall as number) - 3000 * SECOND);
    expect(after.mono).toBeGreaterThan(before.mono as number);
    expect(after.mono).toBeLessThan((before.mono as number) + 3000 * SECOND);
    await t.apply({ do: 'kill', nodes: ['n3'] });
    await t.apply({ do: 'bump', nodes: ['n3'], by: -3600 * SECOND });
    await t.apply({ do: 'start', nodes: ['n3'] });
    expect((await t.probe.call('n3', 'clocks')).wall).toBeLessThan(-6000 * SECOND);
    await t.apply({ do: 'reset-clock', nodes: ['n3'] });
    expect((await t.probe.call('n3', 'clocks')).wall).toBeGreaterThan(0);
  });

  it('drifts both clocks, and with them the timers', async () => {
    await t.apply({ do: 'drift', nodes: ['n2'], rate: 4 });
    const outerBegin = t.world.now();
    const first = await t.probe.call('n2', 'clocks');
    const innerBegin = t.world.now();
    const woken = await t.probe.call('n2', 'sleep', { ns: SECOND });
    const innerEnd = t.world.now();
    const second = await t.probe.call('n2', 'clocks');
    const outerEnd = t.world.now();
    for (const clock of ['wall', 'mono']) {
      const gained = (second[clock] as number) - (first[clock] as number);
      expect(gained).toBeGreaterThanOrEqual(4 * (innerEnd - innerBegin) - 1);
      expect(gained).toBeLessThanOrEqual(4 * (outerEnd - outerBegin) + 1);
    }
    // By its own clock the timer is not early.
    expect((woken.mono as number) - (first.mono as number)).toBeGreaterThanOrEqual(SECOND);
    expect(innerEnd - innerBegin).toBeGreaterThanOrEqual(SECOND / 4);
    await t.apply({ do: 'reset-clock', nodes: ['n2'] });
  });

  it('strobes the wall clock until it is reset', async () => {
    await t.apply({ do: 'strobe', nodes: ['n2'], by: 1000 * SECOND, period: SECOND / 20 });
    const ahead = async () => ((await t.probe.call('n2', 'clocks')).wall as number) > 900 * SECOND;
    await until(ahead);
    await until(async () => !(await ahead()));
    await until(ahead);
    await t.apply({ do: 'reset-clock', nodes: ['n2'] });
    for (let i = 0; i < 30; i++) expect(await ahead()).toBe(false);
  });

  it('kills and starts: a new incarnation, and old traffic does not reach it', async () => {
    await t.apply({ do: 'cut', links: [['n2', 'n1']], held: true });
    await poke('n2', 'n1');
    expect(await t.apply({ do: 'kill', nodes: ['n1', 'n1'] })).toEqual({ ok: true, took: ['n1'] });
    expect(await t.apply({ do: 'kill', nodes: ['n1'] })).toEqual({ ok: true, took: [] });
    expect(processesOf(t.world.run)).toHaveLength(4);
    expect(await t.apply({ do: 'start', nodes: ['n1', 'n2'] })).toEqual({ ok: true, took: ['n1'] });
    const { stale = 0 } = t.world.counters();
    await t.apply({ do: 'mend', links: [['n2', 'n1']] });
    await until(() => t.world.counters().stale! > stale);
    expect(await counted('n2', 'n1')).toBe(0);
    const born = t.events.filter((e) => e.node === 'n1' && e.event.type === 'recovered');
    expect(born.map((e) => e.incarnation)).toEqual([0, 1]);
    expect(t.crashes).toEqual([]);
  });

  it('kills a paused node', async () => {
    await t.apply({ do: 'pause', nodes: ['n1'] });
    expect(await t.apply({ do: 'kill', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    expect(await t.apply({ do: 'start', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    await t.probe.call('n1', 'echo', { payload: 1 });
  });

  it('refuses what it does not know, naming it', async () => {
    const refusal = async (action: Parameters<typeof t.apply>[0]) => {
      const confirmation = await t.apply(action);
      return confirmation.ok ? undefined : confirmation.error;
    };
    expect(await refusal({ do: 'kill', nodes: ['n1', 'n9'] })).toMatch('no node n9');
    expect(await refusal({ do: 'cut', links: [['n1', 'm2']] })).toMatch('no link n1>m2');
    expect(await refusal({ do: 'drift', nodes: ['n1'], rate: 9 })).toMatch('0.25 to 4');
    expect(await refusal({ do: 'degrade', links: [['n1', 'n2']], loss: 2 })).toMatch('loss');
    expect(await refusal({ do: 'degrade', links: [['n1', 'n2']], delay: [2, 1] })).toMatch('delay');
  });

  it('closes a connection on which garbage comes, and only that', async () => {
    const ports = listeningPorts(processesOf(t.world.run));
    expect(ports).toHaveLength(4);
    for (const port of ports) {
      for (const garbage of [
        'GET / HTTP/1.1\r\n\r\n',
        '\0\0\0\x02\x01{}',
        '\0\0\0\x02\x09{}',
        '\xff\xff\xff\xff\x01',
      ]) {
        await new Promise<void>((resolve, reject) => {
          const socket = net.connect(port, '127.0.0.1', () => socket.write(Buffer.from(garbage, 'latin1')));
          socket.on('error', reject);
          socket.on('close', () => resolve());
          socket.resume();
        });
      }
    }
    for (const node of t.world.nodes) await t.probe.call(node, 'echo', { payload: 1 });
    expect(t.crashes).toEqual([]);
  });

  // Last: it leaves the cluster without n3.
  it('reports a node that ends by itself, with its last words', async () => {
    void t.probe.call('n3', 'crash');
    await until(() => t.crashes.length > 0);
    expect(t.crashes[0]!.node).toBe('n3');
    expect(t.crashes[0]!.reason).toMatch(
      /^ended with exit code 70: (.|\n)*Error: this program was asked to fail/,
    );
    expect(await t.apply({ do: 'pause', nodes: ['n3'] })).toEqual({ ok: true, took: [] });
    expect(await t.apply({ do: 'start', nodes: ['n3'] })).toEqual({ ok: true, took: ['n3'] });
    await t.probe.call('n3', 'echo', { payload: 1 });
  });
});
