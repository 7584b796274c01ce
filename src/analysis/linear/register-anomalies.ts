import { type History, OK } from '../../history/history.ts';
import type { Anomaly } from '../verdict.ts';
import { CAS, type Calls, READ } from './calls.ts';
import { Cast } from './explain.ts';
import type { Stale } from './obvious.ts';
import type { KeyCalls } from './register-history.ts';
import type { Conflict } from './zones.ts';

/** The name that a conflict has as an anomaly. O(links of its chains). */
export function registerAnomalyType(calls: Calls, conflict: Conflict | Stale): string {
  switch (conflict.kind) {
    case 'unwritten':
      return conflict.failed < 0 ? 'thin-air-read' : 'aborted-read';
    case 'future':
      return 'future-read';
    case 'double-cas':
      return 'duplicate-cas';
    case 'cas-ring':
      return 'non-linearizable';
    case 'stale':
      return 'stale-read';
    case 'chain': {
      const kind = calls.kind[conflict.earlier];
      if (kind !== READ && kind !== CAS) return 'non-linearizable';
      return conflict.link.includes(conflict.later) ? 'stale-read' : 'new-old-inversion';
    }
    case 'crossing':
      if (staleSide(calls, conflict) !== undefined) return 'stale-read';
      return inverted(calls, conflict) === undefined ? 'non-linearizable' : 'new-old-inversion';
  }
}

/** A conflict as an anomaly: its name, the calls it takes, and the argument. */
export function registerAnomaly(history: History, key: KeyCalls, conflict: Conflict | Stale): Anomaly {
  const { calls, rows } = key;
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const more = key.key === undefined ? {} : { key: history.values.value(key.key) };
  const value = (id: number) => history.values.show(id);
  const seen = (row: number) => value(calls.a[row]);
  switch (conflict.kind) {
    case 'unwritten': {
      const { row, failed } = conflict;
      const cast = new Cast(history, [at(row), at(failed)]);
      if (failed < 0)
        return cast.anomaly(
          'thin-air-read',
          'a value was read that nobody wrote',
          [
            `${cast.name(at(row))} saw ${seen(row)}, and no operation that may have happened set ${seen(row)}.`,
          ],
          more,
        );
      return cast.anomaly(
        'aborted-read',
        'a value was read whose write certainly failed',
        [`${cast.name(at(row))} saw ${seen(row)}, which only ${cast.name(at(failed))} set, and that failed.`],
        more,
      );
    }
    case 'future': {
      const { row, writer } = conflict;
      const cast = new Cast(history, [at(row), at(writer)]);
      return cast.anomaly(
        'future-read',
        'a value was read before its write began',
        [`${cast.ended(at(row))} with ${seen(row)} before ${cast.began(at(writer))}, which set it.`],
        more,
      );
    }
    case 'double-cas': {
      const { rows: pair, writer } = conflict;
      const cast = new Cast(history, [at(pair[0]), at(pair[1]), at(writer)]);
      return cast.anomaly(
        'duplicate-cas',
        'two compare-and-sets succeeded from one value that was set once',
        [
          `${cast.name(at(pair[0]))} and ${cast.name(at(pair[1]))} both found ${seen(pair[1])}; the first of them replaced it, and nothing set it again.`,
        ],
        more,
      );
    }
    case 'cas-ring': {
      const cast = new Cast(history, conflict.rows.map(at));
      return cast.anomaly(
        'non-linearizable',
        'compare-and-sets that each build on the value of another',
        ['Each of them found what another one set, all the way around: none can be the first.'],
        more,
      );
    }
    case 'stale': {
      const { row, old, newer } = conflict;
      const cast = new Cast(history, [at(row), at(old), at(newer)]);
      const before =
        old < 0
          ? `The initial value was there before ${cast.name(at(newer))}`
          : `${cast.ended(at(old))} and so had every other write of ${seen(row)} before ${cast.began(at(newer))}`;
      return cast.anomaly(
        'stale-read',
        'a read returned a value that had been replaced before the read began',
        [
          `${before}; ${cast.ended(at(newer))} before ${cast.began(at(row))}.`,
          `Yet ${cast.name(at(row))} saw ${seen(row)}, not the value of ${cast.name(at(newer))} or a later one.`,
        ],
        more,
      );
    }
    case 'chain':
      return chainAnomaly(history, key, conflict, more);
    case 'crossing':
      return crossingAnomaly(history, key, conflict, more);
  }
}

function chainAnomaly(
  history: History,
  { calls, rows }: KeyCalls,
  conflict: Extract<Conflict, { kind: 'chain' }>,
  more: { key?: Anomaly['key'] },
): Anomaly {
  const { later, earlier, link } = conflict;
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const cast = new Cast(history, [...link, later, earlier].map(at));
  const looks = calls.kind[earlier] === READ || calls.kind[earlier] === CAS;
  const steps = link.filter((row) => row >= 0 && calls.kind[row] === CAS).map((row) => cast.name(at(row)));
  return cast.anomaly(
    registerAnomalyType(calls, conflict),
    'a value was seen after a compare-and-set had replaced it',
    [
      `${steps.join(', then ')} replaced the value that ${cast.name(at(earlier))} ${looks ? 'saw' : 'set'}, so ${cast.name(at(earlier))} comes before ${cast.name(at(later))}.`,
      `But ${cast.ended(at(later))} before ${cast.began(at(earlier))}.`,
    ],
    more,
  );
}

type Crossing = Extract<Conflict, { kind: 'crossing' }>;

/** The two runs of a crossing, from the side of the one whose value comes first, as either could. */
function sidesOf(c: Crossing) {
  const ours = { links: c.ours, end: c.ourEnd, start: c.ourStart };
  const theirs = { links: c.theirs, end: c.theirEnd, start: c.theirStart };
  return [
    { old: ours, newer: theirs },
    { old: theirs, newer: ours },
  ];
}

/** A write, one after it, and a read after both of the value of the first. */
function staleSide({ inv, ret, kind, outcome }: Calls, c: Crossing) {
  const happenedBefore = (x: number, y: number) => x < 0 || (y >= 0 && outcome[x] === OK && ret[x] < inv[y]);
  for (const { old, newer } of sidesOf(c)) {
    const read = old.start;
    if (read < 0 || kind[read] !== READ || old.links.length !== 1 || newer.links.length !== 1) continue;
    const [first] = old.links;
    const [second] = newer.links;
    if (second >= 0 && happenedBefore(first, second) && happenedBefore(second, read))
      return { first, second, read };
  }
  return undefined;
}

/** The side of which a read saw the newer value, and a later one the old. */
function inverted({ kind }: Calls, c: Crossing) {
  return sidesOf(c).find(({ old, newer }) => {
    const [r1, r2] = [newer.end, old.start];
    return r1 >= 0 && r2 >= 0 && kind[r1] === READ && kind[r2] === READ;
  });
}

function crossingAnomaly(
  history: History,
  { calls, rows }: KeyCalls,
  c: Crossing,
  more: { key?: Anomaly['key'] },
): Anomaly {
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const stale = staleSide(calls, c);
  if (stale !== undefined) {
    const [w1, w2, r] = [stale.first, stale.second, stale.read].map(at);
    const cast = new Cast(history, [w1, w2, r]);
    const first = w1 < 0 ? 'The initial value was there first' : `${cast.ended(w1)} before ${cast.began(w2)}`;
    return cast.anomaly(
      'stale-read',
      'a read returned a value that had been replaced before the read began',
      [
        `${first}; ${cast.ended(w2)} before ${cast.began(r)}.`,
        `Yet ${cast.name(r)} saw the value of ${cast.name(w1)}, not that of ${cast.name(w2)}.`,
      ],
      more,
    );
  }
  const all = [...c.ours, c.ourEnd, c.ourStart, ...c.theirs, c.theirEnd, c.theirStart].map(at);
  const side = inverted(calls, c);
  if (side !== undefined) {
    const [r1, r2] = [side.newer.end, side.old.start].map(at);
    const cast = new Cast(history, all);
    return cast.anomaly(
      'new-old-inversion',
      'a read saw a new value, and a later read the old one again',
      [
        why(cast, at(side.old.end), at(side.newer.start), 'the old value comes before the new one'),
        `${cast.name(r1)} saw the new value, and ${cast.ended(r1)} before ${cast.began(r2)}, which saw the old one.`,
      ],
      more,
    );
  }
  const cast = new Cast(history, all);
  return cast.anomaly(
    'non-linearizable',
    'two values, each of which would have to be there before the other',
    [
      why(
        cast,
        at(c.ourEnd),
        at(c.theirStart),
        `the value of ${cast.name(at(c.ours[0]))} comes before that of ${cast.name(at(c.theirs[0]))}`,
      ),
      why(cast, at(c.theirEnd), at(c.ourStart), 'it comes after it'),
      'Each value was set once, so neither can come back.',
    ],
    more,
  );
}

function why(cast: Cast, end: number, start: number, what: string): string {
  if (end < 0) return `The initial value was there before anything else, so ${what}.`;
  return `${cast.ended(end)} before ${cast.began(start)}, so ${what}.`;
}
