import { PROCESS, REALTIME, RW, WR, WW } from '../graph/labels.ts';
import type { CycleStep } from '../graph/search.ts';
import type { Anomaly, Step } from '../verdict.ts';
import { type Cast, show } from '../weak/words.ts';
import { Source, type VersionPairs } from './version-order.ts';
import { type Versions, versionBy } from './versions.ts';

/** Puts the steps of cycles into words. */
export class Narrator {
  private readonly versions: Versions;
  private readonly pairs: VersionPairs;

  constructor(versions: Versions, pairs: VersionPairs) {
    this.versions = versions;
    this.pairs = pairs;
  }

  /** A cycle as an anomaly; `name` gives each of its transactions. */
  anomaly(type: string, cycle: readonly CycleStep[], cast: Cast): Anomaly {
    for (const step of cycle) cast.name(step.from);
    const steps = cycle.map((step) => this.step(step, cast));
    const keyed = steps.find((s) => s.key !== undefined);
    const lines = steps.map(
      (s, i) => `${s.from} < ${s.to}, because ${s.why}${i === steps.length - 1 ? ': a contradiction' : ''}.`,
    );
    return {
      type,
      message: lines.join('\n'),
      ops: cast.ops,
      steps,
      ...(keyed === undefined ? {} : { key: keyed.key! }),
    };
  }

  step(step: CycleStep, cast: Cast): Step {
    const { registers } = this.versions;
    const from = cast.name(step.from);
    const to = cast.name(step.to);
    switch (step.label) {
      case WR: {
        const key = registers.readKey[step.why]!;
        const value = cast.read(step.why);
        return {
          from,
          to,
          type: 'wr',
          key: cast.keyValue(key),
          value,
          valueAfter: value,
          aMop: cast.mop(cast.writeOf(step.from, key)),
          bMop: cast.mop(registers.readAccess[step.why]!),
          why: `${to} read ${cast.key(key)} as ${show(value)}, which ${from} wrote`,
        };
      }
      case RW:
        return this.antiDependency(step, from, to, cast);
      case WW:
        return this.replaced(step, from, to, cast);
      case PROCESS:
        return {
          from,
          to,
          type: 'process',
          why: `process ${cast.process(step.from)} did ${from} before ${to}`,
        };
      case REALTIME:
        return { from, to, type: 'realtime', why: this.time(step.from, step.to, from, to) };
      default:
        return { from, to, type: 'co', why: `${from} has to come before ${to}` };
    }
  }

  private time(a: number, b: number, from: string, to: string): string {
    const { registers } = this.versions;
    const { history, row } = registers.accesses;
    const i = row[registers.unit[a]!]!;
    const j = row[registers.unit[b]!]!;
    const gap = history.invTime[j]! - history.retTime[i]!;
    const early = gap > 0 ? `, ${(gap / 1e6).toFixed(3)} ms earlier` : '';
    return `${from} had returned (record ${history.ret[i]}) before ${to} was invoked (record ${history.inv[j]})${early}`;
  }

  private antiDependency(step: CycleStep, from: string, to: string, cast: Cast): Step {
    const { registers, ofRead, written, key: keyOf } = this.versions;
    const version = ofRead[step.why]!;
    const key = keyOf[version]!;
    const next = versionBy(registers, step.to, key);
    const value = cast.read(step.why);
    const after = cast.written(step.to, key);
    const reason = version >= written ? '' : `; ${this.orderOf(version, next, cast).why}`;
    const proof = version >= written ? undefined : this.orderOf(version, next, cast).proof;
    return {
      from,
      to,
      type: 'rw',
      key: cast.keyValue(key),
      value,
      valueAfter: after,
      aMop: cast.mop(registers.readAccess[step.why]!),
      bMop: cast.mop(cast.writeOf(step.to, key)),
      why: `${from} read ${cast.key(key)} as ${show(value)}${version >= written ? ', its initial value,' : ''} and did not see ${to}'s write of ${show(after)}${reason}`,
      ...(proof === undefined ? {} : { proof }),
    };
  }

  private replaced(step: CycleStep, from: string, to: string, cast: Cast): Step {
    const a = this.pairs.from[step.why]!;
    const b = this.pairs.to[step.why]!;
    const key = this.versions.key[a]!;
    const { why, proof } = this.orderOf(a, b, cast);
    return {
      from,
      to,
      type: 'ww',
      key: cast.keyValue(key),
      value: cast.written(step.from, key),
      valueAfter: cast.written(step.to, key),
      aMop: cast.mop(cast.writeOf(step.from, key)),
      bMop: cast.mop(cast.writeOf(step.to, key)),
      why: `${from} wrote ${show(cast.written(step.from, key))} to ${cast.key(key)} before ${to} wrote ${show(cast.written(step.to, key))}: ${why}`,
      ...(proof === undefined ? {} : { proof }),
    };
  }

  /** The read by which a transaction met a version. It may have returned a value that the version's writer overwrote itself. */
  private readOf(version: number, t: number): number {
    const { registers, ofRead } = this.versions;
    let read = registers.readStart[t]!;
    while (ofRead[read] !== version) read++;
    return read;
  }

  /** Why version b replaced version a, with the operation that proves it where there is one. */
  private orderOf(a: number, b: number, cast: Cast): { why: string; proof?: Step['proof'] } {
    const { versions, pairs } = this;
    const key = cast.key(versions.key[a]!);
    const older = show(cast.written(versions.writer[a]!, versions.key[a]!));
    const newer = show(cast.written(versions.writer[b]!, versions.key[b]!));
    for (let e = 0; e < pairs.count; e++) {
      if (pairs.from[e] !== a || pairs.to[e] !== b) continue;
      switch (pairs.source[e]) {
        case Source.ReadThenWrite: {
          const name = cast.name(versions.writer[b]!);
          const op = cast.ops.find((o) => o.name === name)!;
          const read = show(cast.read(this.readOf(a, versions.writer[b]!)));
          const last = read === older ? '' : `, which its writer overwrote with ${older},`;
          return {
            why: `${name} itself read ${key} as ${read}${last} before it wrote ${newer}`,
            proof: { invoked: op.invoked, text: `${name} read ${key} = ${read} and wrote ${newer}` },
          };
        }
        case Source.Process:
          return {
            why: `one process met ${older} before ${newer} (assuming that each process meets versions in order)`,
          };
        case Source.Realtime:
          return {
            why: `an access of ${older} had returned before an access of ${newer} began (assuming that the key is linearizable)`,
          };
        case Source.Forced:
          return { why: `the other order of ${older} and ${newer} would contradict what else is known` };
        default:
          return { why: 'that is the order of the transactions' };
      }
    }
    return { why: `${older} comes before ${newer}` };
  }
}
