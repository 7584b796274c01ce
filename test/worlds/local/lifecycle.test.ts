import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { processState } from '../../../src/worlds/local/proc.ts';
import { LocalWorld } from '../../../src/worlds/local/world.ts';
import { compileFixtures, pass, processesOf, scratch, TestWorld, until } from './harness.ts';

let fixtures: string;
beforeAll(() => {
  fixtures = compileFixtures('lifecycle');
});

const SECOND = 1_000_000_000;

const worlds: TestWorld[] = [];
afterEach(async () => {
  for (const t of worlds.splice(0)) {
    await t.dispose();
    expect(processesOf(t.world.run)).toEqual([]);
  }
});

function make(
  ...args: ConstructorParameters<typeof TestWorld> extends [string, ...infer R] ? R : never
): TestWorld {
  const t = new TestWorld(fixtures, ...args);
  worlds.push(t);
  return t;
}

describe('disks of real nodes', () => {
  const records = async (t: TestWorld) => (await t.probe.call('n1', 'read')).records;
  const append = async (t: TestWorld, record: string, sync = false) =>
    (await t.probe.call('n1', 'append', { record, sync })).outcome;

  it('a kill keeps what was written', async () => {
    const t = make('log', ['n1']);
    expect(await t.setUp()).toBeUndefined();
    expect(await append(t, 'a', true)).toBe('ok');
    expect(await append(t, 'b')).toBe('ok');
    await t.apply({ do: 'kill', nodes: ['n1'] });
    await t.apply({ do: 'start', nodes: ['n1'] });
    expect(await records(t)).toEqual(['a', 'b']);
  });

  it('a power failure loses what was not synced', async () => {
    const t = make('log', ['n1'], { tear: 0 });
    expect(await t.setUp()).toBeUndefined();
    await append(t, 'a');
    await append(t, 'b', true);
    await append(t, 'c');
    expect(await t.apply({ do: 'power-failure', nodes: ['n1'] })).toEqual({ ok: true, took: ['n1'] });
    await t.apply({ do: 'start', nodes: ['n1'] });
    expect(await records(t)).toEqual(['a', 'b']);
    await t.probe.call('n1', 'replace', { records: ['whole'] });
    await append(t, 'd');
    await t.apply({ do: 'power-failure', nodes: ['n1'] });
    await t.apply({ do: 'start', nodes: ['n1'] });
    expect(await records(t)).toEqual(['whole']);
  });

  it('a node refuses to start on a damaged disk, and that is a crash', async () => {
    const t = make('log', ['n1', 'n2']);
    expect(await t.setUp()).toBeUndefined();
    await append(t, 'a', true);
    await t.apply({ do: 'kill', nodes: ['n1'] });
    const file = path.join(t.directory, 'nodes/n1/data/log');
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 2]! ^= 0x40;
    fs.writeFileSync(file, bytes);
    const confirmation = await t.apply({ do: 'start', nodes: ['n1'] });
    expect(confirmation.ok ? '' : confirmation.error).toMatch('refuses to start on a corrupt disk');
    expect(t.crashes.map((crash) => crash.node)).toEqual(['n1']);
    expect(t.crashes[0]!.reason).toMatch('ended with exit code 65');
  });
});

describe('the end of a controller', () => {
  for (const moment of ['paused', 'early']) {
    it(`by SIGKILL leaves no process behind (${moment})`, async () => {
      const directory = scratch();
      const controller = spawn(process.execPath, [path.join(fixtures, 'controller.js'), directory, moment], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      controller.stdout.on('data', (chunk) => (said += chunk));
      await until(() => said.includes('\n'));
      const run = said.trim().split(' ')[1]!;
      if (moment === 'paused') {
        const states = processesOf(run).map((pid) => processState(pid));
        expect(states.filter((state) => state === 'T')).toHaveLength(2);
      }
      controller.kill('SIGKILL');
      await until(() => processesOf(run).length === 0);
      fs.rmSync(directory, { recursive: true, force: true });
    });
  }
});

describe('disposal', () => {
  it('is idempotent, also while nodes are paused, and ends drive', async () => {
    const t = make('echo');
    expect(await t.setUp()).toBeUndefined();
    const driven = t.world.drive();
    await t.apply({ do: 'pause', nodes: ['n1', 'n2', 'n3'] });
    const pending = t.apply({ do: 'bump', nodes: ['n1'], by: 1 });
    await Promise.all([t.dispose(), t.dispose(), driven]);
    expect(await pending).toEqual({ ok: false, error: 'the world has been disposed of' });
    await t.dispose();
    await t.world.drive();
    expect(processesOf(t.world.run)).toEqual([]);
    expect(t.crashes).toEqual([]);
  });

  it('works before set-up', async () => {
    const t = make('echo');
    await t.dispose();
    expect((await t.setUp())?.message).toMatch('set up once');
  });

  for (const wait of [0, 60, 200]) {
    it(`works in the middle of set-up (${wait} ms)`, async () => {
      const t = make('echo');
      const started = t.setUp();
      await pass(wait);
      await t.dispose();
      expect(processesOf(t.world.run)).toEqual([]);
      const error = await started;
      // On a fast machine it may have been up already.
      if (error !== undefined) expect(error.message).toBe('the world has been disposed of');
      expect(t.crashes).toEqual([]);
    });
  }

  it('calls no alarm afterwards, and those before in order and not early', async () => {
    const t = make('echo', []);
    const rung: number[] = [];
    const begin = t.world.now();
    t.world.at(begin + SECOND / 10, () => rung.push(2));
    t.world.at(begin + SECOND / 50, () => rung.push(1));
    t.world.at(0, () => rung.push(0));
    t.world.at(begin + SECOND / 50, () => rung.push(9))();
    expect(rung).toEqual([]);
    await until(() => rung.length === 3);
    expect(rung).toEqual([0, 1, 2]);
    expect(t.world.now() - begin).toBeGreaterThanOrEqual(SECOND / 10);
    t.world.at(t.world.now(), () => rung.push(9));
    await t.dispose();
    t.world.at(0, () => rung.push(9));
    await pass(1);
    expect(rung).toHaveLength(3);
  });
});

describe('an environment that fails', () => {
  it('a program that cannot start is named, with its last words and its log', async () => {
    const t = make('stillborn', ['n1']);
    const error = await t.setUp();
    expect(error?.message).toMatch(/^n1 ended with exit code 70: Error: this program cannot start/);
    expect(error?.message).toMatch('nodes/n1/log.txt');
    await expect(t.world.drive()).rejects.toThrow('this program cannot start');
    expect(processesOf(t.world.run)).toEqual([]);
  });

  it('a node that does not start in time is named', async () => {
    const t = make('echo', ['n1'], { startLimit: 1_000_000 });
    expect((await t.setUp())?.message).toMatch(/^(n1|the switchboard) did not start within 0.001 s/);
  });

  it('a directory that cannot be made is named', async () => {
    const t = make('echo', ['n1']);
    fs.writeFileSync(path.join(t.directory, 'nodes'), '');
    expect((await t.setUp())?.message).toMatch(/^cannot make .*: .*EEXIST/);
    expect(processesOf(t.world.run)).toEqual([]);
  });

  for (const missing of ['supervisor', 'switchboard', 'node']) {
    it(`a ${missing} that cannot be executed is told`, async () => {
      const directory = scratch();
      const world = new LocalWorld({
        nodes: ['n1'],
        directory,
        command: (role, args) => ({
          file: role === missing ? '/no/such/program' : process.execPath,
          args: [path.join(fixtures, 'entry.js'), role, ...args],
        }),
        settings: { program: 'echo' },
        listener: { event: () => {}, crash: () => {} },
      });
      const error = await new Promise<Error | undefined>((resolve) => world.setUp(resolve));
      expect(error?.message).toMatch('/no/such/program');
      expect(error?.message).toMatch(missing === 'node' ? 'n1' : missing);
      await new Promise<void>((resolve) => world.dispose(resolve));
      expect(processesOf(world.run)).toEqual([]);
      fs.rmSync(directory, { recursive: true });
    });
  }

  for (const role of ['supervisor', 'switchboard']) {
    it(`the loss of the ${role} ends the world and leaves nothing, stopped nodes neither`, async () => {
      const t = make('echo');
      expect(await t.setUp()).toBeUndefined();
      await t.apply({ do: 'pause', nodes: ['n1'] });
      const driven = expect(t.world.drive()).rejects.toThrow(`the ${role} was ended by SIGKILL`);
      const [pid] = processesOf(t.world.run).filter((id) =>
        fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').includes(role),
      );
      process.kill(pid!, 'SIGKILL');
      await driven;
      await until(() => processesOf(t.world.run).length === 0);
      expect(await t.apply({ do: 'resume', nodes: ['n1'] })).toEqual({
        ok: false,
        error: 'the world is not up',
      });
    });
  }

  it('a paused node that is flooded keeps what fits, and the rest is counted', async () => {
    const t = make('echo', ['n1', 'n2'], { queueLimit: 1_000_000 });
    expect(await t.setUp()).toBeUndefined();
    await t.apply({ do: 'pause', nodes: ['n1'] });
    // Slower than the link, more than the kernel's buffers and then the switchboard's queue will take.
    const payload = 'x'.repeat(100_000);
    while ((t.world.counters().overflow ?? 0) === 0) {
      void t.probe.call('n1', 'echo', { payload });
      await pass(2);
    }
    // Others are none the worse.
    await t.probe.insist('n2', 'echo', { payload: 1 });
    await t.apply({ do: 'resume', nodes: ['n1'] });
    await t.probe.insist('n1', 'echo', { payload: 1 });
    expect(t.crashes).toEqual([]);
  });

  it('an action that is not confirmed in time is an error, and names who is to blame', async () => {
    const t = make('echo', ['n1', 'n2'], { patience: SECOND / 2 });
    expect(await t.setUp()).toBeUndefined();
    await t.apply({ do: 'pause', nodes: ['n1'] });
    expect(await t.apply({ do: 'bump', nodes: ['n1'], by: 1 })).toEqual({
      ok: false,
      error: 'n1, which is paused, did not confirm bump within 0.5 s',
    });
    // Where it took effect on some, it says on which.
    expect(await t.apply({ do: 'bump', nodes: ['n1', 'n2'], by: 1 })).toEqual({ ok: true, took: ['n2'] });
  });
});
