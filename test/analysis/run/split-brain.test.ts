import { describe, expect, it } from 'vitest';
import { type NodeEvent, splitBrain } from '../../../src/analysis/run/split-brain.ts';
import type { Json, Op } from '../../../src/history/op.ts';
import { Dice, history, type Line, ROUNDS } from '../sets/lines.ts';

const by = (node: string, epoch: number): Partial<Op> => ({ node, epoch });

/** A write that nothing overlaps, acknowledged by a node in an epoch. */
function write(process: number, value: Json, node: string, epoch: number, f = 'write'): Line[] {
  return [
    [process, 'invoke', f, value],
    [process, 'ok', f, value, by(node, epoch)],
  ];
}

const event = (node: string, fields: NodeEvent['event'], time = 0): NodeEvent => ({
  time,
  node,
  event: fields,
});
const leads = (node: string, epoch: number, time = 0) =>
  event(node, { type: 'role', role: 'leader', epoch }, time);
const commits = (node: string, position: number, digest: string) =>
  event(node, { type: 'commit', position, digest });

describe('split brain', () => {
  it('accepts leaders that take turns, one for each epoch', () => {
    const h = history(...write(0, 1, 'n1', 1), ...write(0, 2, 'n2', 2), ...write(0, 3, 'n1', 3));
    expect(splitBrain(h)).toMatchObject({
      valid: true,
      consistentWith: ['no-split-brain'],
      stats: { acknowledgements: 3 },
    });
  });

  it('accepts an old leader that hands out late what it had earned before it was deposed', () => {
    // W1 is replicated in epoch 1 while n2 wins epoch 2 and serves W2; only then n1 hears of the replication.
    const h = history([0, 'invoke', 'write', 1], ...write(1, 2, 'n2', 2), [0, 'ok', 'write', 1, by('n1', 1)]);
    expect(splitBrain(h).valid).toBe(true);
  });

  it('accepts leaders that believe in themselves at one time, in different epochs', () => {
    const events = [
      leads('n1', 1, 0),
      leads('n2', 2, 5),
      event('n1', { type: 'role', role: 'follower', epoch: 2 }, 9),
    ];
    const h = history(...write(0, 1, 'n1', 1), ...write(1, 2, 'n2', 2));
    expect(splitBrain(h, events).valid).toBe(true);
  });

  it('accepts reads of a node that has not heard of the new epoch', () => {
    const h = history(...write(0, 1, 'n2', 2), ...write(1, 0, 'n1', 1, 'read'));
    expect(splitBrain(h)).toMatchObject({ valid: true, stats: { acknowledgements: 1 } });
  });

  it('names two nodes that acknowledged writes in one epoch', () => {
    const h = history(...write(0, 1, 'n1', 3), ...write(1, 2, 'n2', 3));
    const verdict = splitBrain(h);
    expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['split-brain'], not: ['no-split-brain'] });
    expect(verdict.anomalies[0].detail).toMatchObject({
      kind: 'two-leaders-in-one-epoch',
      epoch: 3,
      leaders: ['n1', 'n2'],
    });
    expect(verdict.anomalies[0].ops.map((op) => op.name)).toEqual(['W1', 'W2']);
  });

  it('names a write acknowledged in an epoch that a finished write had shown to be past', () => {
    const h = history(...write(0, 1, 'n2', 2), ...write(1, 2, 'n1', 1), ...write(1, 3, 'n1', 1));
    const verdict = splitBrain(h);
    expect(verdict).toMatchObject({ valid: false, counts: { 'split-brain': 1 } });
    expect(verdict.anomalies[0].detail).toEqual({
      kind: 'acknowledged-in-a-past-epoch',
      epochs: [2, 1],
      leaders: ['n2', 'n1'],
      taken: 2,
    });
  });

  it('looks at the writes of transactions, and not at those that only read', () => {
    const txn = (process: number, mops: Json[], node: string, epoch: number) =>
      write(process, mops, node, epoch, 'txn');
    const writes = history(
      ...txn(0, [['append', 'x', 1]], 'n2', 2),
      ...txn(1, [['append', 'x', 2]], 'n1', 1),
    );
    expect(splitBrain(writes).valid).toBe(false);
    const reads = history(...txn(0, [['append', 'x', 1]], 'n2', 2), ...txn(1, [['r', 'x', null]], 'n1', 1));
    expect(splitBrain(reads).valid).toBe(true);
  });

  it('takes neither failures nor unknown outcomes for acknowledgements', () => {
    for (const type of ['fail', 'info'] as const) {
      const h = history(
        ...write(0, 1, 'n2', 2),
        [1, 'invoke', 'write', 2],
        [1, type, 'write', 2, by('n1', 1)],
      );
      expect(splitBrain(h).valid).toBe(true);
    }
  });

  it('names nodes that said themselves that they led one epoch', () => {
    const verdict = splitBrain(history(), [leads('n1', 1), leads('n1', 1), leads('n2', 1)]);
    expect(verdict).toMatchObject({ valid: false });
    expect(verdict.anomalies[0]).toMatchObject({ ops: [], detail: { epoch: 1, leaders: ['n1', 'n2'] } });
    expect(splitBrain(history(), [leads('n1', 1), leads('n2', 2)]).valid).toBe(true);
  });

  it('names different entries at one committed position', () => {
    const roles = [leads('n1', 1)];
    const verdict = splitBrain(history(), [...roles, commits('n1', 4, 'aa'), commits('n2', 4, 'bb')]);
    expect(verdict.anomalies[0].detail).toEqual({
      kind: 'different-entries-at-one-position',
      position: 4,
      nodes: ['n1', 'n2'],
    });
    const same = [...roles, commits('n1', 4, 'aa'), commits('n2', 4, 'aa'), commits('n2', 5, 'cc')];
    expect(splitBrain(history(), same).valid).toBe(true);
  });

  it('does not know what nobody tells', () => {
    expect(splitBrain(history([0, 'invoke', 'write', 1], [0, 'ok', 'write', 1])).valid).toBe('unknown');
  });

  it('finds in random histories what comparing all pairs finds', () => {
    let wrong = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = new Dice(seed);
      const lines: Line[] = [];
      let epoch = 1;
      const waiting: { process: number; epoch: number }[] = [];
      for (let process = 0; process < 6; process++) {
        if (dice.chance(40)) epoch++;
        lines.push([process, 'invoke', 'write', process]);
        const stale = dice.chance(10) && epoch > 1 ? 1 : 0;
        waiting.push({ process, epoch: epoch - stale });
        while (waiting.length > 0 && dice.chance(60)) {
          const [one] = waiting.splice(dice.below(waiting.length), 1);
          const node = dice.chance(95) ? `n${one.epoch}` : 'n0';
          lines.push([one.process, 'ok', 'write', one.process, by(node, one.epoch)]);
        }
      }
      const h = history(...lines);
      const rows = Array.from({ length: h.n }, (_, row) => row).filter((row) => h.outcome[row] === 0);
      const pairs = rows.flatMap((a) => rows.map((b) => [a, b]));
      const brain = pairs.some(
        ([a, b]) =>
          (h.epoch[a] === h.epoch[b] && h.node[a] !== h.node[b]) ||
          (h.ret[a] < h.inv[b] && h.epoch[a] > h.epoch[b]),
      );
      if (rows.length > 0) expect(splitBrain(h).valid, `seed ${seed}`).toBe(!brain);
      if (brain) wrong++;
    }
    expect(wrong).toBeGreaterThan(ROUNDS / 20);
    expect(wrong).toBeLessThan((9 * ROUNDS) / 10);
  });
});
