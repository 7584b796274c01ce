import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../src/cluster/host.ts';
import { Journal } from '../../../src/cluster/raft/journal.ts';
import { type Entry, Log } from '../../../src/cluster/raft/log.ts';
import { type DiskOp, SimDisk } from '../../../src/worlds/sim/disk.ts';

/** A disk whose operations complete when the test says so, and fail when it says so. */
class TestDisk implements Disk {
  readonly platters = new SimDisk();
  readonly pending: DiskOp[] = [];

  append = (file: string, records: readonly Entry[], tag: string): void =>
    void this.pending.push({ kind: 'append', file, records, tag });
  sync = (file: string, tag: string): void => void this.pending.push({ kind: 'sync', file, tag });
  truncate = (file: string, keep: number, tag: string): void =>
    void this.pending.push({ kind: 'truncate', file, keep, tag });
  replace = (file: string, records: readonly Entry[], tag: string): void =>
    void this.pending.push({ kind: 'replace', file, records, tag });

  /** Completes the oldest operation; a failed append may leave a part. */
  complete(journal: Journal, ok: boolean, part: number): void {
    const op = this.pending.shift();
    if (op === undefined) return;
    if (ok) this.platters.perform(op);
    else if (op.kind === 'append')
      this.platters.perform({ ...op, records: op.records.slice(0, Math.floor(part * op.records.length)) });
    journal.completed(op.tag, ok ? { ok: true } : { ok: false, error: 'EIO' });
  }
}

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'truncate' | 'compact'; readonly at: number }
  | { readonly kind: 'complete'; readonly ok: boolean; readonly part: number }
  | { readonly kind: 'retry' };

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('truncate' as const, 'compact' as const), at: share }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('complete' as const),
      ok: fc.double({ min: 0, max: 1 }).map((n) => n < 0.8),
      part: share,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const) }) },
);

function setUp(): { log: Log; disk: TestDisk; journal: Journal } {
  const log = new Log();
  const disk = new TestDisk();
  const journal = new Journal(disk, log, true, { durable: () => {}, saved: () => {}, again: () => {} });
  journal.begin(0, 0);
  return { log, disk, journal };
}

describe('the journal', () => {
  it('whatever fails, what it calls durable survives a power failure', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.boolean(),
        fc.array(share, { minLength: 20, maxLength: 20 }),
        (steps, power, draws) => {
          const { log, disk, journal } = setUp();
          let term = 1;
          for (const s of steps) {
            if (s.kind === 'append') {
              for (let n = 0; n < s.count; n++) log.append({ i: log.last + 1, t: term, c: null });
              journal.flush();
            } else if (s.kind === 'truncate' && log.last > log.base) {
              const at = log.base + 1 + Math.floor(s.at * (log.last - log.base));
              log.truncate(at);
              journal.truncated(at);
              term++;
            } else if (s.kind === 'compact') {
              log.compact(log.base + Math.floor(s.at * (log.last - log.base)));
              journal.compact();
            } else if (s.kind === 'complete') disk.complete(journal, s.ok, s.part);
            else journal.retry();
            expect(journal.durable).toBeGreaterThanOrEqual(log.base);
            expect(journal.durable).toBeLessThanOrEqual(log.last);
          }
          const { durable } = journal;
          const { base } = log;
          const promised = log.slice(base + 1, durable);
          const draw = (n: number): number => draws[n % draws.length]!;
          disk.platters.crash(disk.pending, draw);
          if (power) disk.platters.powerFailure(draw);
          const { entries } = Journal.read(disk.platters.image());
          const found = entries.filter((entry) => entry.i > base && entry.i <= durable);
          expect(found).toEqual(promised);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('a truncation that failed does not make the file unreadable', () => {
    const { log, disk, journal } = setUp();
    log.append({ i: 1, t: 1, c: null });
    journal.flush();
    log.truncate(1);
    journal.truncated(1);
    disk.complete(journal, true, 0);
    disk.complete(journal, true, 0);
    log.append({ i: 1, t: 2, c: null });
    journal.flush();
    disk.complete(journal, false, 0);
    disk.complete(journal, true, 0);
    const { entries, exact } = Journal.read(disk.platters.image());
    expect(entries).toEqual([{ i: 1, t: 2, c: null }]);
    expect(exact).toBe(false);
  });

  it('when the disk works again, everything becomes durable', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { log, disk, journal } = setUp();
        for (const s of steps) {
          if (s.kind === 'append') {
            for (let n = 0; n < s.count; n++) log.append({ i: log.last + 1, t: 1, c: null });
            journal.flush();
          } else if (s.kind === 'complete') disk.complete(journal, s.ok, s.part);
        }
        for (let n = 0; n < 10; n++) {
          while (disk.pending.length > 0) disk.complete(journal, true, 0);
          journal.retry();
        }
        expect(journal.durable).toBe(log.last);
        expect(disk.platters.image().get('log') ?? []).toEqual(log.slice(1, log.last));
      }),
    );
  });

  it('one batch at a time; what comes meanwhile makes the next', () => {
    const { log, disk, journal } = setUp();
    for (let n = 1; n <= 10; n++) {
      log.append({ i: n, t: 1, c: null });
      journal.flush();
    }
    expect(disk.pending.map((op) => (op.kind === 'append' ? op.records.length : op.kind))).toEqual([
      1,
      'sync',
    ]);
    disk.complete(journal, true, 0);
    disk.complete(journal, true, 0);
    expect(journal.durable).toBe(1);
    expect(disk.pending.map((op) => (op.kind === 'append' ? op.records.length : op.kind))).toEqual([
      9,
      'sync',
    ]);
  });

  it('a ballot that could not be written is not sure until it could', () => {
    const { disk, journal } = setUp();
    journal.saveBallot({ term: 1, vote: null });
    journal.saveBallot({ term: 2, vote: 'n1' });
    disk.complete(journal, true, 0);
    expect(journal.unsure).toBe(true);
    disk.complete(journal, false, 0);
    expect(journal.unsure).toBe(true);
    journal.retry();
    disk.complete(journal, true, 0);
    expect(journal.unsure).toBe(false);
    expect(Journal.read(disk.platters.image()).ballot).toEqual({ term: 2, vote: 'n1' });
  });

  it('a snapshot does not replace a later one that is on its way or there', () => {
    const { disk, journal } = setUp();
    const done: [number, boolean][] = [];
    for (const last of [50, 100, 80])
      journal.saveSnapshot({ last, lastTerm: 1, digest: 0 }, [], (ok) => done.push([last, ok]));
    while (disk.pending.length > 0) disk.complete(journal, true, 0);
    expect(done).toEqual([
      [80, false],
      [50, true],
      [100, true],
    ]);
    expect(Journal.read(disk.platters.image()).head?.last).toBe(100);
  });

  it('entries that do not follow each other are not accepted as a log', () => {
    const image = new Map([
      [
        'log',
        [
          { i: 1, t: 1, c: null },
          { i: 3, t: 1, c: null },
        ],
      ],
    ]);
    expect(() => Journal.read(image)).toThrow('entry 3');
  });
});
