import { type History, OK } from '../../history/history.ts';
import type { Anomaly } from '../verdict.ts';
import { CAS, READ } from './calls.ts';
import { Cast } from './explain.ts';
import type { Stale } from './obvious.ts';
import type { KeyCalls } from './register-history.ts';
import type { Conflict } from './zones.ts';

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
  const written = link.includes(later);
  const type = !looks ? 'non-linearizable' : written ? 'stale-read' : 'new-old-inversion';
  const steps = link.filter((row) => row >= 0 && calls.kind[row] === CAS).map((row) => cast.name(at(row)));
  return cast.anomaly(
    type,
    'a value was seen after a compare-and-set had replaced it',
    [
      `${steps.join(', then ')} replaced the value that ${cast.name(at(earlier))} ${looks ? 'saw' : 'set'}, so ${cast.name(at(earlier))} comes before ${cast.name(at(later))}.`,
      `But ${cast.ended(at(later))} before ${cast.began(at(earlier))}.`,
    ],
    more,
  );
}

function crossingAnomaly(
  history: History,
  { calls, rows }: KeyCalls,
  c: Extract<Conflict, { kind: 'crossing' }>,
  more: { key?: Anomaly['key'] },
): Anomaly {
  const at = (row: number) => (row < 0 ? -1 : rows[row]);
  const sides = [
    {
      old: c.ours,
      oldEnd: c.ourEnd,
      oldStart: c.ourStart,
      newer: c.theirs,
      newEnd: c.theirEnd,
      newStart: c.theirStart,
    },
    {
      old: c.theirs,
      oldEnd: c.theirEnd,
      oldStart: c.theirStart,
      newer: c.ours,
      newEnd: c.ourEnd,
      newStart: c.ourStart,
    },
  ];
  const { inv, ret, kind, outcome } = calls;
  const happenedBefore = (x: number, y: number) => x < 0 || (y >= 0 && outcome[x] === OK && ret[x] < inv[y]);
  for (const side of sides) {
    const r = side.oldStart;
    if (r < 0 || kind[r] !== READ || side.old.length !== 1 || side.newer.length !== 1) continue;
    const [w1] = side.old;
    const [w2] = side.newer;
    if (w2 < 0 || !happenedBefore(w1, w2) || !happenedBefore(w2, r)) continue;
    const cast = new Cast(history, [at(w1), at(w2), at(r)]);
    const first =
      w1 < 0 ? 'The initial value was there first' : `${cast.ended(at(w1))} before ${cast.began(at(w2))}`;
    return cast.anomaly(
      'stale-read',
      'a read returned a value that had been replaced before the read began',
      [
        `${first}; ${cast.ended(at(w2))} before ${cast.began(at(r))}.`,
        `Yet ${cast.name(at(r))} saw the value of ${cast.name(at(w1))}, not that of ${cast.name(at(w2))}.`,
      ],
      more,
    );
  }
  const all = [...c.ours, c.ourEnd, c.ourStart, ...c.theirs, c.theirEnd, c.theirStart].map(at);
  for (const side of sides) {
    const r1 = side.newEnd;
    const r2 = side.oldStart;
    if (r1 < 0 || r2 < 0 || kind[r1] !== READ || kind[r2] !== READ) continue;
    const cast = new Cast(history, all);
    return cast.anomaly(
      'new-old-inversion',
      'a read saw a new value, and a later read the old one again',
      [
        why(cast, at(side.oldEnd), at(side.newStart), 'the old value comes before the new one'),
        `${cast.name(at(r1))} saw the new value, and ${cast.ended(at(r1))} before ${cast.began(at(r2))}, which saw the old one.`,
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
