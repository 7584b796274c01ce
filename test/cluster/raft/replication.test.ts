import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/cluster/host.ts';
import type { RaftBody } from '../../../src/cluster/raft/messages.ts';
import { Stage } from './puppets.ts';

const ALL = ['s1', 's2', 's3'];

/** The log of a node's disk, as terms. */
function terms(stage: Stage, id: string): number[] {
  return (stage.node(id).files.get('log') ?? []).map((entry) => (entry as { t: number }).t);
}

describe('replication', () => {
  it('a refusal of an earlier term’s message is not taken for one of this term’s', () => {
    const stage = new Stage(ALL, {});
    stage.elect('s1', ['s2', 's3'], () => true);
    // A message of term 1 stays on its way until s1 leads again and s3 has voted for it.
    stage.elapse('s1', 80);
    const late = stage.mail.find((m) => m.dest === 's3')!;
    stage.deliver(() => false);
    stage.elapse('s1', 1000);
    expect(stage.role('s1')?.role).toBe('follower');
    stage.elect('s1', ['s2', 's3']);
    expect(stage.role('s1')).toMatchObject({ role: 'leader', epoch: 2 });
    stage.mail.push(late);
    stage.deliver(() => true);
    stage.elapse('s1', 80);
    stage.deliver(() => true);
    for (const id of ALL) expect(terms(stage, id)).toEqual([1, 2]);
  });

  it('entries of many requests go in one message, and several messages at once', () => {
    const stage = new Stage(ALL, { maxBatch: 10 });
    stage.elect('s1', ['s2', 's3'], () => true);
    for (let n = 0; n < 60; n++) stage.request('s1', n, 0);
    const sizes = stage.mail
      .filter((m) => m.dest === 's2' && m.body.type === 'append')
      .map((m) => (m.body.entries as unknown[]).length);
    // A window of four while nothing is answered.
    expect(sizes).toEqual([1, 1, 1, 1]);
    const batches: number[] = [];
    stage.deliver((m) => {
      if (m.dest === 's2' && m.body.type === 'append') batches.push((m.body.entries as unknown[]).length);
      return true;
    });
    expect(Math.max(...batches)).toBe(10);
    expect(terms(stage, 's2')).toHaveLength(61);
  });

  it('messages in any order make the same log', () => {
    for (let rotation = 0; rotation < 4; rotation++) {
      const stage = new Stage(ALL, {});
      stage.elect('s1', ['s2', 's3'], () => true);
      for (let n = 0; n < 4; n++) stage.request('s1', n, 0);
      const { mail } = stage;
      stage.mail = [...mail.slice(rotation * 2), ...mail.slice(0, rotation * 2)].reverse();
      stage.deliver(() => true);
      expect(terms(stage, 's2')).toHaveLength(5);
      expect(terms(stage, 's3')).toHaveLength(5);
    }
  });

  it('a conflicting tail is found in as many steps as there are terms, and replaced', () => {
    const stage = new Stage(['s1', 's2', 's3', 's4', 's5'], {});
    stage.elect('s1', ['s2', 's3', 's4', 's5'], () => true);
    // Forty entries of term 1 that only s1 has; then the others go on without it.
    for (let n = 0; n < 40; n++) stage.request('s1', n, 0);
    stage.deliver(() => false);
    stage.elect('s2', ['s3', 's4', 's5'], (m) => m.src !== 's1' && m.dest !== 's1');
    for (let n = 100; n < 105; n++) stage.request('s2', n, 0);
    stage.deliver((m) => m.src !== 's1' && m.dest !== 's1');
    expect(terms(stage, 's1')).toHaveLength(41);
    let refusals = 0;
    const count = (m: Message, body: RaftBody): boolean => {
      if (m.src === 's1' && body.type === 'appended' && !body.ok) refusals++;
      return true;
    };
    for (let n = 0; n < 2; n++) {
      stage.elapse('s2', 80);
      stage.deliver(count);
    }
    expect(terms(stage, 's1')).toEqual(terms(stage, 's2'));
    expect(refusals).toBeLessThanOrEqual(3);
    expect(stage.node('s1').events).toContainEqual({ type: 'truncate', from: 2, to: 41, epoch: 1 });
  });

  it('a leader that no quorum answers steps down; its proposals are neither acknowledged nor refused', () => {
    const stage = new Stage(ALL, {});
    stage.elect('s1', ['s2', 's3'], () => true);
    stage.request('s1', 7, 0);
    stage.deliver(() => false);
    stage.elapse('s1', 1000);
    expect(stage.role('s1')).toMatchObject({ role: 'follower' });
    stage.deliver(() => false);
    expect(stage.answers).toEqual([]);
  });
});
