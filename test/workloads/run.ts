import { DEFAULT_BUDGET, type Verdict } from '../../src/analysis/verdict.ts';
import { limit, seq } from '../../src/generator/sequences.ts';
import { stagger } from '../../src/generator/timing.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';
import type { Op } from '../../src/history/op.ts';
import type { Workload } from '../../workloads/workload.ts';
import { type Done, type Driving, drive } from '../generator/driver.ts';
import { type Faults, Store } from './store.ts';

export interface Ran {
  readonly ops: readonly Done[];
  readonly finals: readonly Done[];
  readonly ended: string;
  readonly history: History;
  readonly verdicts: readonly Verdict[];
}

export interface Running {
  readonly options?: unknown;
  readonly threads?: number;
  readonly nodes?: readonly string[];
  readonly most?: number;
  readonly seed?: number;
  readonly faults?: Faults;
  readonly latency?: Driving['latency'];
  readonly models?: readonly string[];
}

/** A workload against a store, from its first operation to its verdict. */
export function run<O>(workload: Workload<O>, running: Running = {}): Ran {
  const { threads = 10, nodes = ['n1', 'n2', 'n3'], most = 3000, seed = 1 } = running;
  const options = workload.options.parse(running.options ?? {});
  const setup = { threads, nodes };
  const problem = workload.validate(options, setup);
  if (problem !== undefined) throw new Error(problem);
  const store = new Store(running.faults);
  const load = limit(most, stagger(400_000, workload.clients(options, setup)));
  const finals = workload.finals?.(options, setup, most);
  const { ops, ended } = drive(finals === undefined ? load : seq(load, finals), {
    threads,
    seed,
    most: most + 10_000,
    latency: running.latency ?? ((_, id) => 1_000_000 + ((id * 7919) % 9) * 300_000),
    outcome: (op, id) => store.do(op, id),
  });
  const history = historyOf(records(ops));
  const models = running.models ?? workload.defaultModels;
  const verdicts = workload.judge(history, { models, budget: DEFAULT_BUDGET, events: [] }, options);
  return { ops, finals: ops.filter((op) => op.final === true), ended, history, verdicts };
}

/** Invocations and completions in the order in which they happened. */
function records(ops: readonly Done[]): Op[] {
  const ends = [...ops].sort((a, b) => a.end - b.end || a.id - b.id);
  const rows: Omit<Op, 'index'>[] = [];
  const complete = (until: number): void => {
    while (ends.length > 0 && ends[0]!.end <= until) {
      const { end, process, type, f, result, final, at = 'n1' } = ends.shift()!;
      rows.push({ time: end, process, type, f, value: result, node: at, ...(final && { final }) });
    }
  };
  for (const { time, process, f, value, final } of ops) {
    complete(time);
    rows.push({ time, process, type: 'invoke', f, value, ...(final && { final }) });
  }
  complete(Number.POSITIVE_INFINITY);
  return rows.map((row, index) => ({ ...row, index }));
}
