import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/cluster/host.ts';
import { MS } from '../../../src/duration.ts';
import type { Json } from '../../../src/history/op.ts';
import { Stage } from './puppets.ts';

const ALL = ['s1', 's2', 's3'];

const readOf = (stage: Stage, id: string, client: string): Message => ({
  src: client,
  dest: id,
  body: {
    type: 'request',
    msg_id: 1,
    to: stage.node(id).incarnation,
    id: 99,
    f: 'read',
    space: 's',
    value: [0, null],
    session: client,
    seq: 1,
    after: 0,
    local: false,
  },
});

const answersTo = (stage: Stage, client: string): Message[] => stage.mail.filter((m) => m.dest === client);

describe('what a node has promised', () => {
  it('no vote and no acknowledgement leaves before it is on disk', () => {
    const stage = new Stage(ALL, {});
    const s2 = stage.node('s2');
    s2.replica.receive({
      src: 's1',
      dest: 's2',
      body: { type: 'vote', term: 5, pre: false, last: 0, lastTerm: 0 },
    });
    expect(stage.mail).toEqual([]);
    s2.settle();
    expect(stage.mail).toMatchObject([{ dest: 's1', body: { type: 'voted', term: 5, granted: true } }]);
    expect(s2.files.get('state')).toEqual([{ term: 5, vote: 's1' }]);
    stage.mail = [];
    s2.replica.receive({
      src: 's1',
      dest: 's2',
      body: {
        type: 'append',
        term: 6,
        prev: 0,
        prevTerm: 0,
        entries: [{ i: 1, t: 6, c: null }],
        commit: 0,
        round: 1,
      },
    });
    expect(stage.mail).toEqual([]);
    s2.settle();
    expect(stage.mail).toMatchObject([{ body: { type: 'appended', term: 6, ok: true, match: 1 } }]);
    expect(s2.files.get('log')).toHaveLength(1);
  });

  it('an acknowledgement to a leader given up meanwhile is owed until one is heard again', () => {
    const stage = new Stage(ALL, {});
    const s2 = stage.node('s2');
    const append = (round: number, entries: readonly Json[]): void =>
      s2.replica.receive({
        src: 's1',
        dest: 's2',
        body: {
          type: 'append',
          term: 5,
          prev: entries.length > 0 ? 0 : 1,
          prevTerm: 5,
          entries,
          commit: 0,
          round,
        },
      });
    const acknowledged = (): Message[] =>
      stage.mail.filter((m) => m.body.type === 'appended' && m.body.match === 1);
    append(1, [{ i: 1, t: 5, c: null }]);
    // The disk is slow, and the leader silent: the node asks whether to stand.
    stage.now += 1000 * MS;
    for (const tag of [...s2.timers.keys()].filter((tag) => tag === 'election')) s2.replica.timer(tag);
    s2.settle();
    expect(stage.mail.filter((m) => m.body.type === 'vote')).toHaveLength(2);
    expect(acknowledged()).toEqual([]);
    append(2, []);
    s2.settle();
    expect(acknowledged()).toMatchObject([{ dest: 's1', body: { ok: true, round: 2 } }]);
  });

  it('one vote a term, the same after a restart', () => {
    const stage = new Stage(ALL, {});
    const ask = (from: string): unknown => {
      stage.mail = [];
      const s2 = stage.node('s2');
      s2.replica.receive({
        src: from,
        dest: 's2',
        body: { type: 'vote', term: 5, pre: false, last: 0, lastTerm: 0 },
      });
      s2.settle();
      return stage.mail[0]?.body.granted;
    };
    expect(ask('s1')).toBe(true);
    expect(ask('s3')).toBe(false);
    expect(ask('s1')).toBe(true);
    stage.restart('s2');
    expect(ask('s3')).toBe(false);
    expect(ask('s1')).toBe(true);
  });

  it('no vote for a log that is behind, nor while a leader is heard', () => {
    const stage = new Stage(ALL, {});
    stage.elect('s1', ['s2', 's3'], () => true);
    const ask = (term: number, last: number, lastTerm: number): unknown => {
      stage.mail = [];
      const s2 = stage.node('s2');
      s2.replica.receive({ src: 's3', dest: 's2', body: { type: 'vote', term, pre: false, last, lastTerm } });
      s2.settle();
      return stage.mail[0]?.body.granted;
    };
    expect(ask(7, 1, 1)).toBe(false);
    stage.now += 301e6;
    expect(ask(7, 1, 0)).toBe(false);
    expect(ask(7, 0, 0)).toBe(false);
    expect(ask(7, 1, 1)).toBe(true);
  });

  it('a node that comes back from a partition deposes nobody', () => {
    const stage = new Stage(ALL, {});
    stage.elect('s1', ['s2', 's3'], () => true);
    // s3 hears nothing and would like to be elected, again and again.
    for (let n = 0; n < 30; n++) {
      stage.elapse('s1', 80);
      stage.deliver((m) => m.src !== 's3' && m.dest !== 's3');
      stage.elapse('s3', 0);
      if (n < 29) stage.deliver(() => false);
    }
    // It can be heard at last. It has not raised its term, and those who hear their leader give it no vote.
    stage.elapse('s3', 250);
    expect(stage.mail.some((m) => m.body.type === 'vote' && m.body.pre === true)).toBe(true);
    stage.deliver(() => true);
    stage.elapse('s1', 80);
    stage.deliver(() => true);
    for (const id of ALL) expect(stage.node(id).files.get('state')).toEqual([{ term: 1, vote: 's1' }]);
    expect(stage.role('s1')).toEqual({ type: 'role', role: 'leader', epoch: 1 });
  });

  it('an index read is confirmed only by a round that began after it came', () => {
    const stage = new Stage(ALL, { reads: 'index' });
    stage.elect('s1', ['s2', 's3'], () => true);
    // A heartbeat is answered, but the answers are slow.
    stage.elapse('s1', 80);
    const slow: Message[] = [];
    stage.deliver((m) => {
      if (m.dest === 's1') slow.push(m);
      return m.dest !== 's1';
    });
    // Meanwhile the others elect s2, which commits a write.
    stage.elect('s2', ['s3'], (m) => m.src !== 's1' && m.dest !== 's1');
    stage.request('s2', 7, 0);
    stage.deliver((m) => m.src !== 's1' && m.dest !== 's1');
    expect(stage.node('s2').events.some((e) => e.type === 'role' && e.role === 'leader')).toBe(true);
    // A read at s1, and only then the answers to the old heartbeat: they prove nothing about now.
    const s1 = stage.node('s1').replica;
    s1.receive(readOf(stage, 's1', 'c9'));
    for (const m of slow) s1.receive(m);
    expect(answersTo(stage, 'c9')).toEqual([]);
    // The round that the read began brings the truth, and the read a refusal.
    stage.deliver(() => true);
    expect(stage.answers.filter((m) => m.dest === 'c9')).toMatchObject([
      { body: { type: 'error', code: 11 } },
    ]);
    expect(stage.node('s1').events).toContainEqual({ type: 'deposed-read', epoch: 1 });
  });

  it('a read waits for the no-op of a new leader', () => {
    for (const reads of ['index', 'lease']) {
      const stage = new Stage(ALL, { reads });
      // Elected, but nobody has its no-op yet.
      stage.elect(
        's1',
        ['s2', 's3'],
        (m) => m.body.type !== 'append' || (m.body.entries as unknown[]).length === 0,
      );
      stage.node('s1').replica.receive(readOf(stage, 's1', 'c9'));
      stage.deliver((m) => m.body.type !== 'append' || (m.body.entries as unknown[]).length === 0);
      expect(stage.answers).toEqual([]);
      for (let n = 0; n < 2; n++) {
        stage.elapse('s1', 80);
        stage.deliver(() => true);
      }
      expect(stage.answers).toMatchObject([{ dest: 'c9', body: { type: 'ok', value: [0, null], epoch: 1 } }]);
    }
  });

  it('a lease is answered at once while it holds, and not a moment longer without a round', () => {
    const stage = new Stage(ALL, { reads: 'lease', driftBound: 1.5 });
    stage.elect('s1', ['s2', 's3'], () => true);
    stage.elapse('s1', 80);
    stage.deliver(() => true);
    const asked = stage.now;
    const read = (client: string): number => {
      stage.mail = [];
      stage.node('s1').replica.receive(readOf(stage, 's1', client));
      return answersTo(stage, client).length;
    };
    stage.now = asked + 200e6 - 1;
    expect(read('c1')).toBe(1);
    stage.now = asked + 200e6;
    expect(read('c2')).toBe(0);
  });
});
