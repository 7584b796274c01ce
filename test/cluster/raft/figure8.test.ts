import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/cluster/host.ts';
import type { RaftBody } from '../../../src/cluster/raft/messages.ts';
import { Stage } from './puppets.ts';

/**
 * Figure 8 of Ongaro & Ousterhout 2014. s1 leads and replicates an entry to s2 only; s5 is elected by others and takes
 * another entry; s1 is elected again and brings its old entry to a majority; then s5 could still be elected and replace
 * it. To commit the old entry by counting is the mistake.
 */
function figure8(bug: string): Stage {
  const stage = new Stage(['s1', 's2', 's3', 's4', 's5'], { bug, maxBatch: 1 });
  const replication =
    (from: string, to: string, ...positions: number[]) =>
    (m: Message, body: RaftBody): boolean =>
      (m.src === to && m.dest === from) ||
      (m.src === from &&
        m.dest === to &&
        (body.type !== 'append' || body.entries.every((entry) => positions.includes(entry.i))));
  stage.elect('s1', ['s2', 's3', 's4', 's5'], (m, body) => body.type !== 'append' || m.dest !== 's1');
  expect(stage.role('s1')).toEqual({ type: 'role', role: 'leader', epoch: 1 });
  // (a) An entry of term 1 at position 2, on s1 and s2.
  stage.request('s1', 7, 0);
  stage.deliver(replication('s1', 's2', 2));
  // (b) s1 is gone; s5 leads term 2 and has a no-op of its own at position 2, on itself only.
  stage.elect('s5', ['s3', 's4']);
  expect(stage.role('s5')).toEqual({ type: 'role', role: 'leader', epoch: 2 });
  // (c) s5 is gone; s1 restarts, leads term 3, and brings position 2 to s3, but not yet its no-op at position 3.
  stage.restart('s1');
  const old = (m: Message, body: RaftBody): boolean =>
    replication('s1', 's2', 2)(m, body) || replication('s1', 's3', 2)(m, body);
  stage.elect('s1', ['s2', 's3', 's4'], old);
  expect(stage.role('s1')?.role).toBe('leader');
  return stage;
}

describe('figure 8', () => {
  it('an old entry on a majority is not committed by counting', () => {
    const stage = figure8('none');
    expect(stage.node('s3').files.get('log')).toHaveLength(2);
    expect(committed(stage, 's1')).toBe(0);
    // (d) s5 may now lead and replace it, and no node is contradicted.
    stage.restart('s5');
    stage.elect('s5', ['s2', 's3', 's4'], (m) => m.src !== 's1' && m.dest !== 's1');
    expect(stage.node('s3').files.get('log')).toMatchObject([{ t: 1 }, { t: 2 }, { t: 4 }]);
    expect(stage.role('s5')?.role).toBe('leader');
  });

  it('bug=commit-old-term commits it, and a later leader contradicts what is committed', () => {
    const stage = figure8('commit-old-term');
    expect(committed(stage, 's1')).toBe(2);
    stage.restart('s5');
    stage.elect('s5', ['s2', 's3', 's4'], () => false);
    expect(() => {
      stage.elapse('s5', 80);
      stage.deliver((m) => ['s1', 's5'].includes(m.src) && ['s1', 's5'].includes(m.dest));
    }).toThrow('contradicts committed');
  });
});

/** The commit position a leader last told. */
function committed(stage: Stage, id: string): unknown {
  stage.elapse(id, 80);
  stage.deliver(() => false);
  return stage.node(id).events.findLast((event) => event.type === 'commit')?.position ?? 0;
}
