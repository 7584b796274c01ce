import type { Json } from '../../history/op.ts';
import type { Anomaly, Step } from '../verdict.ts';
import { type CycleStep, shortestCycle } from './cycle.ts';
import { Rule } from './evidence.ts';
import type { Ruling } from './levels.ts';
import { howSeen } from './reasons.ts';
import type { Registers } from './registers.ts';
import type { Indexed } from './transactions.ts';
import { Cast, show } from './words.ts';

/** A demand that is broken: t3's read of t1's value, or of the initial one, although it saw t2's. */
export interface Breach {
  readonly writer: number;
  readonly read: number;
  readonly rule: number;
}

/** Anomalies of a ruling: the initial values read against a visible write, then one shortest cycle a component. */
export function breaches(
  ruling: Ruling,
  registers: Registers,
  type: string,
  limit: number,
  initial: Json,
): Anomaly[] {
  const found: Anomaly[] = [];
  const { impossible } = ruling.demands;
  for (let i = 0; i < impossible.length && found.length < limit; i += 3) {
    const breach = { read: impossible[i]!, writer: impossible[i + 1]!, rule: impossible[i + 2]! };
    found.push(ofInitialRead(ruling.t, registers, breach, type, initial));
  }
  const bySize = ruling.core.members.map((m, i) => [m.length, i] as const).sort((a, b) => a[0] - b[0]);
  for (const [, which] of bySize) {
    if (found.length >= limit) break;
    const { t, base, demands, by, core } = ruling;
    found.push(ofCycle(ruling, registers, shortestCycle(t, base, demands, by, core, which), type, initial));
  }
  return found;
}

/** How many occurrences a ruling shows, at least. */
export function occurrences(ruling: Ruling): number {
  return ruling.demands.impossibleCount + ruling.core.components;
}

export function ofInitialRead(
  t: Indexed,
  registers: Registers,
  breach: Breach,
  type: string,
  initial: Json,
): Anomaly {
  const cast = new Cast(registers, initial);
  const { writer, read, rule } = breach;
  const t3 = t.reader[read]!;
  const key = t.readKey[read]!;
  const path = howSeen(t, writer, t3, rule);
  const story = tell(t, cast, path, writer, t3, key, read);
  const steps = path.map((step) => stepOf(t, cast, step));
  steps.push({
    from: cast.name(t3),
    to: cast.name(writer),
    type: 'rw',
    key: cast.keyValue(key),
    value: initial,
    valueAfter: cast.written(writer, key),
    aMop: cast.mop(registers.readAccess[read]!),
    bMop: cast.mop(cast.writeOf(writer, key)),
    why: `${cast.name(t3)} read ${cast.key(key)} as ${show(initial)}, its value before any write, and did not see ${cast.name(writer)}'s write of ${show(cast.written(writer, key))}`,
  });
  return {
    type,
    message: `${story}, the value from before any write.`,
    ops: cast.ops,
    steps,
    key: cast.keyValue(key),
  };
}

export function ofCycle(
  ruling: Ruling,
  registers: Registers,
  cycle: readonly CycleStep[],
  type: string,
  initial: Json,
): Anomaly {
  const { t, demands } = ruling;
  const cast = new Cast(registers, initial);
  const stories: string[] = [];
  const steps: Step[] = [];
  let firstKey: number | undefined;
  for (const step of cycle) {
    if (step.kind !== 'co' || demands.rule[step.demand] === Rule.Known) continue;
    const read = demands.read[step.demand]!;
    const t3 = t.reader[read]!;
    const key = t.readKey[read]!;
    firstKey ??= key;
    const path = howSeen(t, step.from, t3, demands.rule[step.demand]!);
    const story = tell(t, cast, path, step.from, t3, key, read);
    stories.push(
      cycle.length === 2 && cycle[1]!.kind !== 'co'
        ? `${story}, an older value.`
        : `${story}: so ${cast.name(step.to)}'s ${show(cast.read(read))} is newer than ${cast.name(step.from)}'s ${show(cast.written(step.from, key))}.`,
    );
  }
  for (const step of cycle) steps.push(coStep(ruling, cast, step));
  const others = steps.filter((s) => s.type !== 'co').map((s) => `${s.from} < ${s.to}, because ${s.why}.`);
  if (stories.length < steps.length && steps.length > 2)
    others.push('No order of these operations satisfies all of this.');
  else if (stories.length === steps.length) others.push('No order of these writes satisfies all of this.');
  return {
    type,
    message: [...stories, ...others].join('\n'),
    ops: cast.ops,
    steps,
    ...(firstKey === undefined ? {} : { key: cast.keyValue(firstKey) }),
  };
}

function coStep(ruling: Ruling, cast: Cast, step: CycleStep): Step {
  const { t, demands } = ruling;
  if (step.kind !== 'co') return stepOf(t, cast, step);
  const from = cast.name(step.from);
  const to = cast.name(step.to);
  const read = demands.read[step.demand]!;
  if (demands.rule[step.demand] === Rule.Known)
    return { from, to, type: 'ww', why: `the version that ${from} wrote is known to come before ${to}'s` };
  return demandedStep(t, cast, step, read, (older) => `although it had to see ${older}`);
}

/** A step that a read demands: it read the later version where it had reason to read the older one. */
export function demandedStep(
  t: Indexed,
  cast: Cast,
  step: CycleStep,
  read: number,
  because: (older: string) => string,
): Step {
  const [from, to, reader] = [cast.name(step.from), cast.name(step.to), cast.name(t.reader[read]!)];
  const key = t.readKey[read]!;
  const [name, older, seen] = [cast.key(key), cast.written(step.from, key), cast.read(read)];
  return {
    from,
    to,
    type: 'co',
    key: cast.keyValue(key),
    value: older,
    valueAfter: seen,
    why: `${reader} read ${name} as ${show(seen)} from ${to} ${because(`${from}'s ${show(older)}`)}`,
    proof: {
      invoked: cast.ops.find((op) => op.name === reader)!.invoked,
      text: `${reader} read ${name} = ${show(seen)}`,
    },
  };
}

/** A step of session order or reads-from. */
export function stepOf(t: Indexed, cast: Cast, step: CycleStep): Step {
  const from = cast.name(step.from);
  const to = cast.name(step.to);
  if (step.kind === 'wr') {
    const key = t.readKey[step.read]!;
    return {
      from,
      to,
      type: 'wr',
      key: cast.keyValue(key),
      value: cast.read(step.read),
      valueAfter: cast.read(step.read),
      why: `${to} read ${cast.key(key)} as ${show(cast.read(step.read))}, which ${from} wrote`,
    };
  }
  return { from, to, type: 'so', why: `process ${cast.process(step.from)} did ${from} before ${to}` };
}

interface Event {
  readonly t: number;
  readonly verb: 'wrote' | 'read';
  readonly key: number;
  readonly value: Json;
}

/**
 * What happened from t2's write to t3's read, sentence by sentence, one process a sentence: "process 4 wrote 17 to
 * key 3 at n1 (T1), then read it as 12 at n3 (T2)".
 */
function tell(
  t: Indexed,
  cast: Cast,
  path: readonly CycleStep[],
  t2: number,
  t3: number,
  key: number,
  read: number,
): string {
  const events: Event[] = [{ t: t2, verb: 'wrote', key, value: cast.written(t2, key) }];
  for (const step of path) {
    if (step.kind !== 'wr') continue;
    const k = t.readKey[step.read]!;
    const last = events[events.length - 1]!;
    if (last.t !== step.from || last.key !== k || last.verb !== 'wrote')
      events.push({ t: step.from, verb: 'wrote', key: k, value: cast.read(step.read) });
    events.push({ t: step.to, verb: 'read', key: k, value: cast.read(step.read) });
  }
  events.push({ t: t3, verb: 'read', key, value: cast.read(read) });

  const sentences: string[] = [];
  let process: number | undefined;
  let lastKey: number | undefined;
  let lastT: number | undefined;
  for (const event of events) {
    const mine = cast.process(event.t);
    const follows = mine === process;
    const what = follows && event.key === lastKey ? 'it' : cast.key(event.key);
    const where = event.t === lastT ? '' : `${cast.at(event.t)} (${cast.name(event.t)})`;
    const clause =
      event.verb === 'wrote'
        ? `wrote ${show(event.value)} to ${what}${where}`
        : `read ${what} as ${show(event.value)}${where}`;
    if (follows) sentences[sentences.length - 1] += `, ${event.t === lastT ? 'and' : 'then'} ${clause}`;
    else sentences.push(`${sentences.length === 0 ? 'P' : 'p'}rocess ${mine} ${clause}`);
    process = mine;
    lastKey = event.key;
    lastT = event.t;
  }
  return sentences.join('; ');
}
