import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/cluster/single-leader/entry.ts';
import type { ReplicateBody } from '../../../src/cluster/single-leader/messages.ts';
import { Puppet } from './puppet.ts';

const NODES = ['n1', 'n2', 'n3'];

function entry(epoch: number, by: string, id: number): Entry {
  return { epoch, by, command: { id, session: 'c1', seq: id, f: 'add', space: 't', value: id }, set: null };
}

function replicate(
  epoch: number,
  position: number,
  entries: readonly Entry[],
  fields: Partial<ReplicateBody> = {},
) {
  const body: ReplicateBody = {
    type: 'replicate',
    epoch,
    position,
    prevEpoch: 0,
    prevBy: '',
    entries,
    commit: 0,
    ...fields,
  };
  return body;
}

const request = (msg_id: number, f: string, value: number | null) => ({
  type: 'request',
  msg_id,
  to: 0,
  id: msg_id,
  f,
  space: 't',
  value,
  session: 'c1',
  seq: msg_id,
  after: 0,
  local: false,
});

/** n1, elected by n2 in epoch 1, with its record on its own disk. */
function leader(): Puppet {
  const n1 = new Puppet('n1', NODES, {});
  expect(n1.said('canvass')).toHaveLength(2);
  n1.hear('n2', { type: 'canvassed', epoch: 1, granted: true, known: 0 });
  n1.hear('n2', { type: 'solicited', epoch: 1, granted: true, known: 1 });
  return n1;
}

describe('a follower', () => {
  it('answers for what is on its disk, and for no more', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', replicate(1, 0, [entry(1, 'n1', 1), entry(1, 'n1', 2)]));
    expect(n2.said('replicated')).toEqual([]);
    n2.settleDisk();
    expect(n2.said('replicated').at(-1)!.body).toMatchObject({ verdict: 'taken', match: 2, claim: 1 });
  });

  it('tells of its vote when that is on its disk, and votes once in an epoch', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', { type: 'solicit', epoch: 1, tail: { epoch: 0, position: 0 } });
    expect(n2.said('solicited')).toEqual([]);
    n2.settleDisk();
    expect(n2.said('solicited').map(({ body }) => body.granted)).toEqual([true]);
    const again = new Puppet('n2', NODES, {}, n2.files);
    again.settleDisk();
    again.hear('n3', { type: 'solicit', epoch: 1, tail: { epoch: 0, position: 0 } });
    again.settleDisk();
    expect(again.said('solicited').map(({ body }) => body.granted)).toEqual([false]);
  });

  it('votes for a log by its epoch first, and position only then', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', replicate(2, 0, [entry(2, 'n1', 1)]));
    n2.settleDisk();
    n2.said('replicated');
    n2.hear('n3', { type: 'solicit', epoch: 3, tail: { epoch: 1, position: 9 } });
    n2.settleDisk();
    expect(n2.said('solicited').map(({ body }) => body.granted)).toEqual([false]);
    n2.hear('n1', { type: 'solicit', epoch: 3, tail: { epoch: 2, position: 1 } });
    n2.settleDisk();
    expect(n2.said('solicited').map(({ body }) => body.granted)).toEqual([true]);
  });

  it('refuses the leader of an older epoch, and takes nothing from it', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n3', replicate(2, 0, [entry(2, 'n3', 1)]));
    n2.settleDisk();
    n2.said('replicated');
    n2.hear('n1', replicate(1, 0, [entry(1, 'n1', 7)]));
    n2.settleDisk();
    expect(n2.said('replicated').map(({ body }) => body)).toMatchObject([
      { verdict: 'outranked', epoch: 2, by: 'n3' },
    ]);
    expect(n2.files.get('log')).toEqual([entry(2, 'n3', 1)]);
  });

  it('says where its log differs, and then throws away what the leader never had, by name', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', replicate(1, 0, [entry(1, 'n1', 1), entry(1, 'n1', 2), entry(1, 'n1', 3)]));
    n2.settleDisk();
    n2.said('replicated');
    n2.hear('n3', replicate(2, 3, [], { prevEpoch: 2, prevBy: 'n3' }));
    n2.settleDisk();
    expect(n2.said('replicated').at(-1)!.body).toMatchObject({ verdict: 'gap', match: 0 });
    n2.hear('n3', replicate(2, 1, [entry(2, 'n3', 9)], { prevEpoch: 1, prevBy: 'n1' }));
    n2.settleDisk();
    expect(n2.files.get('log')).toEqual([entry(1, 'n1', 1), entry(2, 'n3', 9)]);
    expect(n2.events).toContainEqual({ type: 'truncate', from: 2, to: 3, epoch: 2 });
    expect(n2.events).toContainEqual({ type: 'discard', writes: [2, 3] });
    expect(n2.said('replicated').at(-1)!.body).toMatchObject({ verdict: 'taken', match: 2 });
  });

  it('stops rather than follow two leaders of one epoch, or lose what was settled', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', replicate(1, 0, [entry(1, 'n1', 1)], { commit: 1 }));
    n2.settleDisk();
    expect(() => n2.hear('n3', replicate(1, 0, []))).toThrow('epoch 1 is led by n1 and by n3');
    expect(() => n2.hear('n3', replicate(2, 0, [entry(2, 'n3', 2)]))).toThrow('1 is settled');
  });

  it('stops when its disk fails', () => {
    const n2 = new Puppet('n2', NODES, {});
    n2.hear('n1', replicate(1, 0, [entry(1, 'n1', 1)]));
    expect(() => n2.failDisk()).toThrow('EIO');
  });
});

describe('a leader', () => {
  it('leads only when its own vote is on its disk', () => {
    const n1 = leader();
    expect(n1.said('replicate')).toEqual([]);
    n1.settleDisk();
    expect(n1.said('replicate').length).toBeGreaterThan(0);
    expect(n1.files.get('log')).toEqual([{ epoch: 1, by: 'n1', command: null, set: NODES }]);
  });

  it('ships only what is on its disk', () => {
    const n1 = leader();
    n1.settleDisk();
    n1.said('replicate');
    for (const peer of ['n2', 'n3'])
      n1.hear(peer, { type: 'replicated', claim: 1, verdict: 'taken', match: 1, epoch: 1, by: 'n1' });
    n1.hear('c1', request(1, 'add', 1));
    expect(n1.said('replicate')).toEqual([]);
    n1.settleDisk();
    expect(n1.said('replicate').map(({ body }) => (body.entries as readonly Entry[]).length)).toEqual([1, 1]);
  });

  it('with sync=all acknowledges, and shows, what every node has on its disk', () => {
    const n1 = leader();
    n1.settleDisk();
    n1.hear('c1', request(1, 'add', 1));
    n1.hear('c2', request(1, 'read', null));
    n1.settleDisk();
    const taken = (peer: string, match: number) =>
      n1.hear(peer, { type: 'replicated', claim: 1, verdict: 'taken', match, epoch: 1, by: 'n1' });
    taken('n2', 2);
    expect(n1.said('ok')).toEqual([]);
    taken('n3', 1);
    // The record is settled, so that reads may be answered; the write is not, and does not show.
    expect(n1.said('ok').map(({ dest, body }) => [dest, body.value])).toEqual([['c2', []]]);
    taken('n3', 2);
    expect(n1.said('ok').map(({ dest, body }) => [dest, body.value, body.epoch])).toEqual([['c1', 1, 1]]);
  });

  it('that is deposed calls unanswered writes unknown and unanswered reads refused', () => {
    const n1 = leader();
    n1.settleDisk();
    n1.hear('c1', request(1, 'add', 1));
    n1.hear('c2', request(1, 'read', null));
    n1.hear('n3', { type: 'replicated', claim: 1, verdict: 'outranked', match: 0, epoch: 5, by: 'n3' });
    expect(n1.said('error').map(({ dest, body }) => [dest, body.code])).toEqual([
      ['c1', 13],
      ['c2', 11],
    ]);
  });
});
