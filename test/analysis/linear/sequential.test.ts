import { expect, test } from 'vitest';
import { Draw } from '../../../bench/linear/simulate.ts';
import { check } from '../../../src/analysis/check.ts';
import type { Operation } from '../../../src/analysis/linear/general.ts';
import { Meter } from '../../../src/analysis/linear/meter.ts';
import { keyValue } from '../../../src/analysis/linear/models/registers.ts';
import { type Accesses, NOTHING, refuteSequential } from '../../../src/analysis/linear/saturation.ts';
import { sequentiallyConsistent } from '../../../src/analysis/linear/sequential.ts';
import { FAIL, INFO, NEVER, OK } from '../../../src/history/history.ts';
import type { Json } from '../../../src/history/op.ts';
import { parseHistory } from '../../../src/history/read/read.ts';
import { canonical } from '../../../src/history/values.ts';
import { showOperations } from './brute-model.ts';

const ROUNDS = process.env.ORDEAL_LONG === '1' ? 120_000 : 3_000;

/** Every interleaving of the processes tried. */
function brute(all: readonly Operation[]): boolean {
  const lists = new Map<number, Operation[]>();
  for (const o of all) if (o.outcome !== FAIL) lists.set(o.process, [...(lists.get(o.process) ?? []), o]);
  const queues = [...lists.values()];
  const seen = new Set<string>();
  type State = ReturnType<typeof keyValue.init>;
  const search = (at: number[], state: State): boolean => {
    if (queues.every((q, p) => q.slice(at[p]).every((o) => o.outcome === INFO))) return true;
    const key = `${at.join()} ${canonical(state as unknown as Json)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return queues.some((q, p) => {
      const o = q[at[p]];
      if (o === undefined) return false;
      const next = keyValue.step(state, o.f, o.input, o.outcome === OK ? o.output : undefined);
      return (
        next !== null &&
        search(
          at.map((x, i) => (i === p ? x + 1 : x)),
          next,
        )
      );
    });
  };
  return search(
    queues.map(() => 0),
    keyValue.init(null),
  );
}

/** The same where processes may go on after an operation of unknown outcome, which happens later, or never. */
function bruteGoingOn(all: readonly Operation[]): boolean {
  const seen = new Set<string>();
  type State = ReturnType<typeof keyValue.init>;
  const search = (done: number, state: State): boolean => {
    if (all.every((o, i) => (done >> i) & 1 || o.outcome === INFO)) return true;
    const key = `${done} ${canonical(state as unknown as Json)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return all.some((o, i) => {
      const before = (e: Operation, k: number) => k < i && e.process === o.process && e.outcome !== INFO;
      if ((done >> i) & 1 || all.some((e, k) => before(e, k) && !((done >> k) & 1))) return false;
      const next = keyValue.step(state, o.f, o.input, o.outcome === OK ? o.output : undefined);
      return next !== null && search(done | (1 << i), next);
    });
  };
  return search(0, keyValue.init(null));
}

function run(draw: Draw, goOn = false): Operation[] {
  const n = 3 + draw.below(7);
  const processes = 2 + draw.below(2);
  const retired = new Set<number>();
  const values: { [key: string]: Json } = { x: null, y: null };
  const list: Operation[] = [];
  for (let i = 0; i < n; i++) {
    const process = draw.below(processes);
    if (retired.has(process)) continue;
    const key = draw.chance(0.5) ? 'x' : 'y';
    const what = draw.unit();
    const unknown = draw.chance(0.1);
    if (unknown && !goOn) retired.add(process);
    const fresh = draw.below(3);
    const f = what < 0.5 ? 'read' : what < 0.85 ? 'write' : 'cas';
    const seen = draw.chance(0.45) ? [null, 0, 1, 2][draw.below(4)] : values[key];
    const value: Json = f === 'read' ? seen : f === 'write' ? fresh : [seen, fresh];
    if (f !== 'read' && (!unknown || draw.chance(0.5))) values[key] = fresh;
    const outcome = unknown ? INFO : OK;
    list.push({
      f,
      input: [key, value],
      output: [key, value],
      inv: 2 * i,
      ret: unknown ? NEVER : 2 * i + 1,
      outcome,
      process,
    });
  }
  return list;
}

test('sequential consistency of several registers agrees with every interleaving tried', () => {
  const draw = new Draw(77);
  let legal = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const operations = run(draw);
    const truth = brute(operations);
    if (truth) legal++;
    const said = sequentiallyConsistent(operations, keyValue, null, new Meter()).answer;
    expect(said, showOperations(operations)).toBe(truth ? 'legal' : 'illegal');
  }
  expect(legal).toBeGreaterThan(ROUNDS / 10);
  expect(legal).toBeLessThan((ROUNDS * 9) / 10);
});

test('a process that goes on after an operation of unknown outcome does not make it happen', () => {
  const draw = new Draw(79);
  const count = { legal: 0, illegal: 0, unknown: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const operations = run(draw, true);
    const truth = bruteGoingOn(operations);
    const said = sequentiallyConsistent(operations, keyValue, null, new Meter());
    count[said.answer]++;
    if (said.answer === 'unknown') expect(said.reason).toMatch(/goes on after/);
    else expect(said.answer, showOperations(operations)).toBe(truth ? 'legal' : 'illegal');
  }
  expect(count.legal).toBeGreaterThan(ROUNDS / 10);
  expect(count.illegal).toBeGreaterThan(ROUNDS / 10);
  expect(count.unknown).toBeLessThan(ROUNDS / 10);
});

test('registers and objects: nothing is proven by what such a process did not see', () => {
  for (const [write, read] of [
    ['write', 'read'],
    ['push', 'pop'],
  ] as const) {
    const steps: [process: number, f: string, value: Json, type: string][] = [
      [5, write, 7, 'info'],
      [4, write, 8, 'ok'],
      [5, read, read === 'pop' ? 8 : null, 'ok'],
      [5, read, read === 'pop' ? null : 8, 'ok'],
    ];
    const records = steps.flatMap(([process, f, value, type]) => [
      { process, f, type: 'invoke', value: f === write ? value : null },
      { process, f, type, value },
    ]);
    const history = parseHistory(records.map((op) => `${JSON.stringify(op)}\n`).join(''));
    expect(check(history, { models: ['sequential'] }).valid, write).not.toBe(false);
  }
});

/** Accesses of a run in which every value is written once, by several processes, seen late or wrongly now and then. */
function uniqueRun(draw: Draw, n: number, processes: number, keys: number, wrong: number): Accesses {
  const accesses: Accesses = {
    n,
    process: new Int32Array(n),
    key: new Int32Array(n),
    reads: new Int32Array(n).fill(NOTHING),
    writes: new Int32Array(n).fill(NOTHING),
    outcome: new Uint8Array(n),
  };
  const past = Array.from({ length: keys }, () => [-1]);
  const retired = new Set<number>();
  for (let i = 0; i < n; i++) {
    const process = draw.below(processes);
    accesses.process[i] = process;
    accesses.key[i] = draw.below(keys);
    const all = past[accesses.key[i]];
    const seen = draw.chance(wrong) ? all[draw.below(all.length)] : all[all.length - 1];
    const what = draw.unit();
    if (what < 0.55 || what > 0.9) accesses.reads[i] = seen;
    if (what >= 0.55) {
      accesses.writes[i] = i;
      all.push(i);
    }
    accesses.outcome[i] = retired.has(process) ? FAIL : draw.chance(0.05) ? INFO : OK;
    if (accesses.outcome[i] === INFO) retired.add(process);
    if (accesses.outcome[i] === FAIL) {
      accesses.outcome[i] = INFO;
      accesses.process[i] = processes + i;
    }
  }
  return accesses;
}

function operationsOf({ n, process, key, reads, writes, outcome }: Accesses): Operation[] {
  const value = (id: number): Json => (id === -1 ? null : id);
  return Array.from({ length: n }, (_, i): Operation => {
    const f = writes[i] === NOTHING ? 'read' : reads[i] === NOTHING ? 'write' : 'cas';
    const inner: Json =
      f === 'read' ? value(reads[i]) : f === 'write' ? value(writes[i]) : [value(reads[i]), value(writes[i])];
    const input: Json = [`k${key[i]}`, inner];
    const ret = outcome[i] === INFO ? NEVER : 2 * i + 1;
    return { f, input, output: input, inv: 2 * i, ret, outcome: outcome[i], process: process[i] };
  });
}

test('saturation refutes nothing that some interleaving explains, and most of what none does', () => {
  const draw = new Draw(78);
  let illegal = 0;
  let refuted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const accesses = uniqueRun(draw, 4 + draw.below(7), 2 + draw.below(2), 1 + draw.below(2), 0.35);
    const operations = operationsOf(accesses);
    const truth = brute(operations);
    const found = refuteSequential(accesses, -1, new Meter());
    if (!truth) illegal++;
    if (found) refuted++;
    if (found) expect(truth, showOperations(operations)).toBe(false);
    if (found) expect(found.rows.length).toBeGreaterThan(0);
  }
  expect(illegal).toBeGreaterThan(ROUNDS / 10);
  expect(refuted).toBeGreaterThan(0.9 * illegal);
});

test('saturation refutes a long history of many processes', () => {
  const draw = new Draw(79);
  const accesses = uniqueRun(draw, 20_000, 10, 20, 0);
  expect(refuteSequential(accesses, -1, new Meter())).toBeNull();
  // A process sees the newest of two writes of another, and then the older.
  const last = accesses.n - 3;
  accesses.process.fill(3, last);
  accesses.outcome.fill(OK, last);
  accesses.key.fill(0, last);
  accesses.reads.fill(NOTHING, last);
  accesses.writes.fill(NOTHING, last);
  accesses.writes[last] = 900_000;
  accesses.writes[last + 1] = 900_001;
  accesses.reads[last + 2] = 900_000;
  expect(refuteSequential(accesses, -1, new Meter())!.rows.length).toBeLessThan(4);
});
