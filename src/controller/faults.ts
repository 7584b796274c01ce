import type { Nemesis } from '../../nemeses/nemesis.ts';
import type { FaultRecord } from '../analysis/run-verdict.ts';
import type { Json } from '../history/op.ts';
import { NEMESIS } from '../history/op.ts';
import { draws, hashText } from '../random.ts';
import type { FaultLine, Trigger } from '../schedule.ts';
import type { Action, ObservedEvent, World } from '../worlds/world.ts';
import type { Completion } from './driver.ts';
import type { Recorder } from './recorder.ts';
import { concrete } from './targets.ts';
import type { Turn } from './turns.ts';
import { Watch } from './watch.ts';

/** How often a nemesis that found nobody to hit looks again during its turn, nanoseconds. */
const LOOK_AGAIN = 50_000_000;

/** What the fault runner needs of the run. Times are nanoseconds since the load began. */
export interface FaultStage {
  readonly world: World;
  readonly recorder: Recorder;
  readonly seed: number;
  readonly now: () => number;
  readonly at: (time: number, fn: () => void) => () => void;
  /** Ids of the client machines at work. */
  readonly clients: () => readonly string[];
  /** Told of each fault once it is concrete: the explicit form of the run. */
  readonly write: (line: FaultLine) => void;
}

interface Active {
  readonly line: FaultLine;
  readonly record: { -readonly [K in keyof FaultRecord]: FaultRecord[K] };
  readonly heal: readonly Action[];
  readonly node: string | undefined;
  readonly cancel: (() => void)[];
  healing: boolean;
}

/**
 * Lets the nemeses act: begins each fault at its time or event, records what the world confirms, undoes it. At the end
 * of the load everything still in force is healed.
 */
export class Faults {
  readonly records: FaultRecord[] = [];
  private readonly stage: FaultStage;
  private readonly active = new Map<number, Active>();
  private readonly watches: Watch[] = [];
  private readonly timers: (() => void)[] = [];
  private readonly watched: ReadonlyMap<string, string>;
  private over = false;
  private inFlight = 0;
  private quiet: (() => void) | undefined;

  /** `roles` is kept by the caller: the latest role each node told. */
  constructor(stage: FaultStage, roles: ReadonlyMap<string, string>) {
    this.stage = stage;
    this.watched = roles;
  }

  /** Names of the faults in force, oldest first. */
  get inForce(): readonly string[] {
    return [...this.active.values()].map((a) => a.record.f);
  }

  /** Generated faults: each nemesis in its turn. */
  startTurns(
    turns: readonly Turn[],
    nemeses: readonly { thing: Nemesis; options: unknown }[],
    timeLimit: number,
  ): void {
    for (const turn of turns)
      this.timers.push(this.stage.at(turn.from, () => this.turn(turn, nemeses, timeLimit)));
  }

  /** Explicit faults. */
  startSchedule(lines: readonly FaultLine[]): void {
    for (const line of lines) {
      if (line.time !== undefined) {
        this.timers.push(this.stage.at(line.time, () => this.begin(line, undefined)));
      } else {
        this.await(line.when!, (node) => this.begin(line, node));
      }
    }
  }

  observe(event: ObservedEvent): void {
    for (const watch of this.watches) watch.event(event);
  }

  completed(completion: Completion): void {
    for (const watch of this.watches) watch.completion(completion);
  }

  /** Ends all faults; `done` follows when every heal has been confirmed. */
  finish(done: () => void): void {
    this.over = true;
    for (const cancel of this.timers) cancel();
    this.watches.length = 0;
    this.quiet = done;
    for (const active of [...this.active.values()]) this.heal(active);
    this.settle();
  }

  private turn(
    turn: Turn,
    nemeses: readonly { thing: Nemesis; options: unknown }[],
    timeLimit: number,
  ): void {
    const { thing, options } = nemeses[turn.nemesis]!;
    const now = this.stage.now();
    const until = Math.min(now + turn.to - turn.from, timeLimit);
    const draw = draws(this.stage.seed, 'fault');
    const busy = new Set<string>();
    for (const { record, healing } of this.active.values())
      if (!healing && downing(record.f)) for (const node of record.took) busy.add(node);
    const { nodes } = this.stage.world;
    // A turn that was put off may meet the next one of its nemesis.
    const acting = [...this.active.values()].some((a) => a.record.nemesis === thing.name);
    const fault = acting
      ? undefined
      : thing.fault(options, {
          nodes,
          healthy: nodes.filter((n) => !busy.has(n)),
          leaders: nodes.filter((n) => this.watched.get(n) === 'leader' && !busy.has(n)),
          clients: this.stage.clients(),
          duration: until - now,
          draw: (what, ...at) => draw(turn.fault, hashText(what), ...at),
        });
    if (fault === undefined) {
      // Nobody to hit: it looks again while its turn lasts, and one that has never had a fault as long as there is load.
      const again = now + LOOK_AGAIN;
      const idle = !this.records.some((r) => r.nemesis === thing.name);
      if (again < (idle ? timeLimit - LOOK_AGAIN : turn.to))
        this.timers.push(this.stage.at(again, () => this.turn(turn, nemeses, timeLimit)));
      return;
    }
    const line: FaultLine = {
      fault: turn.fault,
      nemesis: thing.name,
      f: fault.f,
      value: fault.value as FaultLine['value'],
      time: now,
      begin: mutable(fault.begin),
      heal: { after: until - now, actions: mutable(fault.heal) },
    };
    this.begin(line, undefined);
  }

  private begin(line: FaultLine, node: string | undefined): void {
    if (this.over || this.active.has(line.fault)) return;
    const { nodes } = this.stage.world;
    const begin = concrete(line.begin, nodes, node);
    const heal = concrete(line.heal.actions, nodes, node);
    const active: Active = {
      line,
      record: {
        fault: line.fault,
        nemesis: line.nemesis,
        f: line.f,
        value: node === undefined ? line.value : { ...asObject(line.value), node },
        from: this.stage.now(),
        to: null,
        took: [],
      },
      heal,
      node,
      cancel: [],
      healing: false,
    };
    this.active.set(line.fault, active);
    this.records.push(active.record);
    this.stage.write({ ...line, begin: mutable(begin), heal: { ...line.heal, actions: mutable(heal) } });
    this.record('invoke', active, line.f, active.record.value);
    this.perform(begin, (took, error) => {
      active.record.took = took;
      if (error !== undefined) active.record.error = error;
      this.record('info', active, line.f, { ...asObject(active.record.value), took }, error);
      this.timeHeal(active);
    });
    for (const watch of this.watches) watch.fault(line.fault);
  }

  private timeHeal(active: Active): void {
    if (active.healing) return;
    const { after, when } = active.line.heal;
    if (this.over) this.heal(active);
    else if (after !== undefined) {
      const at = Math.max(active.record.from + after, this.stage.now());
      active.cancel.push(this.stage.at(at, () => this.heal(active)));
    } else if (when !== undefined) this.await(when, () => this.heal(active));
  }

  private heal(active: Active): void {
    if (active.healing) return;
    active.healing = true;
    for (const cancel of active.cancel) cancel();
    const value = { fault: active.line.fault };
    this.record('invoke', active, `heal-${active.record.f}`, value);
    this.perform(active.heal, (took, error) => {
      active.record.to = this.stage.now();
      this.active.delete(active.line.fault);
      this.record('info', active, `heal-${active.record.f}`, { ...value, took }, error);
    });
  }

  /** Actions one after the other, each confirmed before the next. */
  private perform(actions: readonly Action[], done: (took: readonly string[], error?: string) => void): void {
    this.inFlight++;
    const took: string[] = [];
    const step = (i: number, error?: string): void => {
      if (i === actions.length || error !== undefined) {
        done(took, error);
        this.inFlight--;
        this.settle();
        return;
      }
      this.stage.world.apply(actions[i]!, (confirmation) => {
        if (confirmation.ok) took.push(...confirmation.took);
        step(i + 1, confirmation.ok ? undefined : confirmation.error);
      });
    };
    step(0);
  }

  private settle(): void {
    if (this.quiet === undefined || this.inFlight > 0 || this.active.size > 0) return;
    const done = this.quiet;
    this.quiet = undefined;
    done();
  }

  private await(trigger: Trigger, then: (node: string | undefined) => void): void {
    const watch = new Watch(trigger, (node) => {
      const at = this.stage.now() + trigger.after;
      this.timers.push(this.stage.at(at, () => then(node)));
    });
    this.watches.push(watch);
  }

  private record(type: 'invoke' | 'info', active: Active, f: string, value: Json, error?: string): void {
    this.stage.recorder.record({
      time: this.stage.now(),
      process: NEMESIS,
      type,
      f,
      value: { ...asObject(value), nemesis: active.record.nemesis },
      error,
    });
  }
}

/** Faults whose nodes cannot take another one that kills or stops them. */
function downing(f: string): boolean {
  return f.startsWith('kill') || f.startsWith('pause') || f.startsWith('power');
}

function asObject(value: Json): { readonly [key: string]: Json } {
  if (value === null) return {};
  return typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : { value };
}

/** Schedule lines are parsed data, whose types are not readonly. */
function mutable(actions: readonly Action[]): FaultLine['begin'] {
  return structuredClone(actions) as FaultLine['begin'];
}
