import type { FaultRecord } from '../analysis/run-verdict.ts';
import { SECOND } from '../duration.ts';
import type { Generator } from '../generator/generator.ts';
import type { History } from '../history/history.ts';
import type { ResolvedPlan } from '../plan.ts';
import { draws } from '../random.ts';
import type { ScheduleLine } from '../schedule.ts';
import type { Crash, ObservedEvent, World, WorldListener } from '../worlds/world.ts';
import { type Completion, Driver, type Stage } from './driver.ts';
import { Faults } from './faults.ts';
import { finalGenerator, loadGenerator, RECOVERY_RATE } from './load.ts';
import { type LineSink, Recorder } from './recorder.ts';
import { scheduled } from './scheduled.ts';
import { Threads } from './threads.ts';
import { turns } from './turns.ts';

/** Ids of operations, and so their unique values, by phase: leaving a load operation out changes no later id. */
const RECOVERY_IDS = 500_000_000;
const FINAL_IDS = 800_000_000;

export type Phase = 'setup' | 'load' | 'heal' | 'recovery' | 'finals' | 'teardown' | 'done';

/** What a progress line shows. */
export interface Progress {
  readonly phase: Phase;
  /** Nanoseconds since the load began. */
  readonly time: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly faults: readonly string[];
}

/** Where a run's files go and who may stop it; all injected, because a run knows no disk and no terminal. */
export interface RunHooks {
  readonly history: LineSink;
  readonly events: LineSink;
  readonly schedule: LineSink;
  readonly createWorld: (plan: ResolvedPlan, listener: WorldListener) => World;
  /** Hands out the function that ends the run early; called once, before anything starts. */
  readonly stopper?: (stop: () => void) => void;
  readonly progress?: (read: () => Progress) => void;
}

/** What a run leaves behind, before anybody has judged it. */
export interface Recording {
  readonly history: History;
  readonly events: readonly ObservedEvent[];
  readonly crashes: readonly Crash[];
  readonly faults: readonly FaultRecord[];
  readonly recovery: { readonly recovered: boolean; readonly after: number | null };
  readonly phases: {
    readonly load: number;
    readonly heal: number;
    readonly recovery: number;
    readonly finals: number;
  };
  readonly counters: { readonly [name: string]: number };
  readonly interrupted: boolean;
  /** Why the world or a file failed, if one did. */
  readonly failure?: string;
}

/**
 * One run, from set-up to tear-down: set up, load under faults, heal, recovery, final reads. Callbacks on the world's
 * clock throughout; the one promise is the world's `drive`.
 */
export function execute(plan: ResolvedPlan, hooks: RunHooks): Promise<Recording> {
  return new Run(plan, hooks).drive();
}

class Run {
  private readonly plan: ResolvedPlan;
  private readonly hooks: RunHooks;
  private readonly recorder: Recorder;
  private readonly events: ObservedEvent[] = [];
  private readonly crashes: Crash[] = [];
  private readonly roles = new Map<string, string>();
  private readonly counts = { ok: 0, fail: 0, info: 0 };
  private readonly phases = { load: 0, heal: 0, recovery: 0, finals: 0 };
  private recovery: { recovered: boolean; after: number | null } = { recovered: false, after: null };
  private world!: World;
  private threads!: Threads;
  private faults!: Faults;
  private driver: Driver | undefined;
  /** World time at which the load began: zero of all recorded times. */
  private zero = 0;
  private phase: Phase = 'setup';
  private interrupted = false;
  private failure: string | undefined;
  private eventLines: string[] = [];
  private scheduleLines: string[] = [];
  /** Threads that have not had an ok answer since the heal. */
  private unserved = new Set<number>();

  constructor(plan: ResolvedPlan, hooks: RunHooks) {
    this.plan = plan;
    this.hooks = hooks;
    this.recorder = new Recorder((text) => this.write(hooks.history, text));
  }

  async drive(): Promise<Recording> {
    const { plan, hooks } = this;
    const listener: WorldListener = {
      event: (event) => this.observe(event),
      crash: (crash) => {
        this.crashes.push({ ...crash, time: crash.time - this.zero });
      },
    };
    this.world = hooks.createWorld(plan, listener);
    hooks.stopper?.(() => this.stop());
    hooks.progress?.(() => ({
      phase: this.phase,
      time: this.now(),
      ...this.counts,
      faults: this.phase === 'load' ? this.faults.inForce : [],
    }));
    this.world.setUp((error) => {
      if (this.phase !== 'setup') return;
      if (error !== undefined) this.fail(`the cluster did not start: ${error.message}`);
      else this.load();
    });
    await this.world.drive();
    this.flush();
    return {
      history: this.recorder.history(),
      events: this.events,
      crashes: this.crashes,
      faults: this.faults?.records ?? [],
      recovery: this.recovery,
      phases: this.phases,
      counters: this.world.counters(),
      interrupted: this.interrupted,
      failure: this.failure,
    };
  }

  private load(): void {
    const { plan, world } = this;
    this.zero = world.now();
    this.rebase();
    this.phase = 'load';
    this.threads = new Threads(world, plan.concurrency, (host, process, home) =>
      plan.system.thing.client(host, plan.system.options, {
        nodes: plan.nodes,
        process,
        home,
        attemptTimeout: plan.plan.attemptTimeout,
        timeout: plan.plan.timeout,
      }),
    );
    this.faults = new Faults(
      {
        world,
        recorder: this.recorder,
        seed: plan.plan.seed,
        now: () => this.now(),
        at: (time, fn) => this.at(time, fn),
        clients: () => this.threads.clientIds,
        write: (line) => this.schedule(line),
      },
      this.roles,
    );
    if (plan.faults !== undefined) {
      this.faults.startSchedule(plan.faults);
      // What happened while the cluster was set up counts: a system may have its leader before it has clients.
      for (const event of this.events) this.faults.observe(event);
    } else
      this.faults.startTurns(
        turns(plan.plan.seed, plan.nemeses.length, plan.nemesisInterval, plan.plan.timeLimit),
        plan.nemeses,
        plan.plan.timeLimit,
      );
    const generator =
      plan.ops === undefined ? loadGenerator(plan, plan.plan.rate) : scheduled(plan.ops, plan.concurrency);
    this.driver = this.drives(generator, 0, () => {});
    this.at(plan.plan.timeLimit, () => this.heal());
    this.keepFlushing();
    this.driver.start();
  }

  /** What happened during set-up happened before zero; none of it has been written yet. */
  private rebase(): void {
    const shifted = <T extends { readonly time: number }>(all: readonly T[]): T[] =>
      all.map((each) => ({ ...each, time: each.time - this.zero }));
    this.events.splice(0, Number.POSITIVE_INFINITY, ...shifted(this.events));
    this.crashes.splice(0, Number.POSITIVE_INFINITY, ...shifted(this.crashes));
    this.eventLines = this.events.map((event) => JSON.stringify(event));
  }

  private heal(): void {
    if (this.phase !== 'load') return;
    this.phase = 'heal';
    this.phases.load = this.now();
    this.driver?.stop();
    this.faults.finish(() => {
      if (this.phase === 'heal') this.recover();
    });
  }

  /** The load goes on, gently, until every client has been served once since the heal, or the limit has passed. */
  private recover(): void {
    const healed = this.now();
    this.phase = 'recovery';
    this.phases.heal = healed;
    this.unserved = new Set(this.threads.all);
    const { plan } = this;
    const rate = RECOVERY_RATE * plan.concurrency;
    this.driver = this.drives(loadGenerator(plan, rate), RECOVERY_IDS, () => this.finals());
    this.at(healed + plan.plan.recoveryLimit, () => this.driver?.stop());
    this.driver.start();
  }

  private finals(): void {
    if (this.phase !== 'recovery') return;
    this.phase = 'finals';
    this.phases.recovery = this.now();
    const { ok, fail, info } = this.counts;
    const generator = finalGenerator(this.plan, ok + fail + info);
    this.driver = this.drives(generator, FINAL_IDS, () => this.tearDown());
    this.at(this.now() + this.plan.plan.recoveryLimit, () => this.driver?.stop());
    this.driver.start();
  }

  private tearDown(): void {
    if (this.phase === 'teardown') return;
    this.endPhases();
    this.phase = 'teardown';
    this.flush();
    this.threads?.close();
    this.world.dispose(() => {
      this.phase = 'done';
    });
  }

  private stop(): void {
    if (this.phase === 'teardown' || this.phase === 'done') return;
    this.interrupted = true;
    this.tearDown();
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    if (this.phase !== 'teardown' && this.phase !== 'done') {
      this.endPhases();
      this.phase = 'teardown';
      this.world.dispose(() => {
        this.phase = 'done';
      });
    }
  }

  /** A run that is cut short ends all phases at once. */
  private endPhases(): void {
    const { phases } = this;
    const now = this.phase === 'setup' ? 0 : this.now();
    for (const phase of ['load', 'heal', 'recovery', 'finals'] as const)
      if (phases[phase] === 0) phases[phase] = now;
  }

  private drives(generator: Generator, firstId: number, idle: () => void): Driver {
    const loading = this.phase === 'load';
    const stage: Stage = {
      world: this.world,
      threads: this.threads,
      recorder: this.recorder,
      draw: draws(this.plan.plan.seed, 'operation'),
      now: () => this.now(),
      at: (time, fn) => this.at(time, fn),
      dispatched: loading
        ? (id, process, op, time) =>
            this.schedule({
              op: id,
              process,
              time,
              f: op.f,
              value: op.value as never,
              workload: op.workload ?? '',
            })
        : undefined,
      completed: (completion) => {
        this.completed(completion);
        if (driver !== this.driver) this.driver?.nudge();
      },
    };
    const driver = new Driver(stage, generator, firstId, idle);
    return driver;
  }

  private completed(completion: Completion): void {
    this.counts[completion.type]++;
    if (this.phase === 'load') this.faults.completed(completion);
    if (this.phase !== 'recovery' || completion.type !== 'ok' || completion.invoked < this.phases.heal)
      return;
    this.unserved.delete(completion.thread);
    if (this.unserved.size > 0 || this.recovery.recovered) return;
    this.recovery = { recovered: true, after: this.now() - this.phases.heal };
    this.driver?.stop();
  }

  private observe(observed: ObservedEvent): void {
    const event = { ...observed, time: observed.time - this.zero };
    this.events.push(event);
    this.eventLines.push(JSON.stringify(event));
    const { type, role } = event.event;
    if (type === 'role' && typeof role === 'string') this.roles.set(event.node, role);
    if (this.phase === 'load') this.faults.observe(event);
  }

  private schedule(line: ScheduleLine): void {
    this.scheduleLines.push(JSON.stringify(line));
  }

  private keepFlushing(): void {
    this.world.at(this.world.now() + SECOND / 10, () => {
      if (this.phase === 'teardown' || this.phase === 'done') return;
      this.flush();
      this.keepFlushing();
    });
  }

  private flush(): void {
    this.recorder.flush();
    if (this.eventLines.length > 0) this.write(this.hooks.events, `${this.eventLines.join('\n')}\n`);
    this.eventLines = [];
    if (this.scheduleLines.length > 0) this.write(this.hooks.schedule, `${this.scheduleLines.join('\n')}\n`);
    this.scheduleLines = [];
  }

  /** A file that cannot be written ends the run; what is on disk stays whole up to its last line. */
  private write(sink: LineSink, text: string): void {
    if (this.failure !== undefined) return;
    try {
      sink(text);
    } catch (error) {
      this.fail(`the run directory cannot be written: ${(error as Error).message}`);
    }
  }

  private now(): number {
    return this.world.now() - this.zero;
  }

  private at(time: number, fn: () => void): () => void {
    return this.world.at(time + this.zero, fn);
  }
}
