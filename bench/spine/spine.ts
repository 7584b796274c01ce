import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, type RunHooks } from '../../src/controller/run.ts';
import { simWorld } from '../../src/controller/worlds.ts';
import { type PlanInput, resolvePlan } from '../../src/plan.ts';
import { MemoryWorld } from './memory-world.ts';

/** A figure of the harness itself, with what it aims at. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly aim?: number;
}

const simulated: PlanInput = { seed: 1, system: 'raft', world: 'sim', workloads: ['register'] };

/** Five-node Raft, 100 clients, simulated disks and links, recording to a file, codec and trace off. */
const BUSY: PlanInput = { ...simulated, concurrency: 100, rate: 0, timeLimit: '20s' };

/** What `ordeal run --world sim` does without any option. */
const DEFAULT: PlanInput = {
  ...simulated,
  workloads: ['register', 'list-append'],
  nemeses: ['partition', 'kill', 'pause', 'clock'],
};

/** Each measured `runs` times; the median counts. */
export async function spineFigures(runs: number): Promise<Figure[]> {
  const busy: number[] = [];
  const speed: number[] = [];
  const driven: number[] = [];
  for (let i = 0; i < runs; i++) {
    const sim = await measure({ ...BUSY, seed: i + 1 }, simWorld);
    busy.push(sim.operations / sim.processor);
    const usual = await measure({ ...DEFAULT, seed: i + 1 }, simWorld);
    speed.push(usual.simulated / usual.wall);
    const memory = await measure({ ...BUSY, seed: i + 1, timeLimit: '5s' }, () => new MemoryWorld());
    driven.push(memory.operations / memory.wall);
  }
  return [
    {
      name: 'simulator: client operations per second and core',
      value: median(busy),
      unit: 'op/s',
      aim: 30_000,
    },
    { name: 'simulator: simulated per real second, default plan', value: median(speed), unit: '×' },
    {
      name: 'controller: operations per second, in-memory system',
      value: median(driven),
      unit: 'op/s',
      aim: 20_000,
    },
  ];
}

async function measure(input: PlanInput, createWorld: RunHooks['createWorld']) {
  const plan = resolvePlan(input);
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const open: number[] = [];
  const sink = (name: string) => {
    const fd = openSync(join(folder, name), 'a');
    open.push(fd);
    return (text: string) => {
      writeSync(fd, text);
    };
  };
  try {
    const before = process.cpuUsage();
    const started = process.hrtime.bigint();
    const recording = await execute(plan, {
      history: sink('history.jsonl'),
      events: sink('events.jsonl'),
      schedule: sink('schedule.jsonl'),
      createWorld,
    });
    const { user, system } = process.cpuUsage(before);
    return {
      operations: recording.history.n,
      simulated: recording.phases.finals / 1e9,
      wall: Number(process.hrtime.bigint() - started) / 1e9,
      processor: (user + system) / 1e6,
    };
  } finally {
    for (const fd of open) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
