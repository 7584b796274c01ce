import { describe, expect, it } from 'vitest';
import { log } from '../../../src/analysis/log/check.ts';
import type { Json, OpType } from '../../../src/history/op.ts';
import { Dice, history, type Line, ROUNDS } from '../sets/lines.ts';

type Messages = { readonly [key: string]: readonly (readonly [offset: number, value: Json])[] };

/** `send` of one message, acknowledged at an offset. */
function send(process: number, key: Json, value: Json, offset: number | null): Line[] {
  return [
    [process, 'invoke', 'send', [['send', key, value]]],
    [process, 'ok', 'send', [['send', key, [offset, value]]]],
  ];
}

/** `send` of one message that is not known to have worked. */
function trySend(process: number, key: Json, value: Json, type: OpType, offset?: number): Line[] {
  return [
    [process, 'invoke', 'send', [['send', key, value]]],
    [process, type, 'send', [['send', key, offset === undefined ? value : [offset, value]]]],
  ];
}

function poll(process: number, messages: Messages): Line[] {
  return [
    [process, 'invoke', 'poll', [['poll']]],
    [process, 'ok', 'poll', [['poll', messages as Json]]],
  ];
}

const txn = (process: number, ...mops: Json[]): Line => [process, 'ok', 'txn', mops];
const judge = (...lines: Line[]) => log.judge(history(...lines));

describe('log', () => {
  it('accepts messages polled in order, with offsets of nothing known left out', () => {
    const verdict = judge(
      ...send(0, 'x', 'a', 0),
      ...send(0, 'x', 'b', 2),
      ...poll(1, { x: [[0, 'a']] }),
      ...send(2, 1, 'c', 0),
      ...poll(1, { x: [[2, 'b']], 1: [[0, 'c']] }),
    );
    expect(verdict).toMatchObject({
      valid: true,
      anomalyTypes: [],
      stats: { sent: 3, polled: 3, unseen: 0, keys: 2 },
    });
    expect(verdict.consistentWith).toContain('serializable-log');
  });

  it('names offsets that hold two messages, and messages that have two offsets', () => {
    const two = judge(
      ...send(0, 'x', 'a', 0),
      ...trySend(0, 'x', 'b', 'info'),
      ...poll(1, { x: [[0, 'b']] }),
    );
    expect(two.anomalyTypes).toContain('inconsistent-offsets');
    const twice = judge(
      ...send(0, 'x', 'a', 0),
      ...poll(1, {
        x: [
          [0, 'a'],
          [1, 'a'],
        ],
      }),
    );
    expect(twice).toMatchObject({ valid: false, anomalyTypes: ['duplicate'] });
  });

  it('takes an offset that came with an unknown outcome for given once the operation is known to have taken place', () => {
    const aborted: Line[] = [
      [0, 'invoke', 'txn', [['send', 'x', 'a'] as Json]],
      [0, 'info', 'txn', [['send', 'x', [3, 'a']] as Json]],
    ];
    // The transaction may not have taken place, and its offset is free for others then.
    const other = judge(...aborted, ...send(1, 'x', 'b', 3), ...poll(2, { x: [[3, 'b']] }));
    expect(other).toMatchObject({ valid: true, anomalyTypes: [] });
    expect(judge(...aborted, ...poll(1, { x: [[4, 'a']] })).anomalyTypes).toEqual(['duplicate']);
    expect(judge(...aborted, ...poll(1, { x: [[3, 'a']] })).valid).toBe(true);
    // Nobody knows that it is there: leaving it out is no skip and loses nothing.
    expect(
      judge(
        ...aborted,
        ...send(2, 'x', 'b', 2),
        ...send(2, 'x', 'c', 4),
        ...poll(1, {
          x: [
            [2, 'b'],
            [4, 'c'],
          ],
        }),
      ),
    ).toMatchObject({ valid: true, anomalyTypes: [] });
    // An error in place of the value leaves the message sent, perhaps.
    const broken: Line[] = [
      [0, 'invoke', 'send', [['send', 'x', 'a'] as Json]],
      [0, 'info', 'send', 'timeout'],
    ];
    expect(judge(...broken, ...poll(1, { x: [[3, 'a']] })).valid).toBe(true);
  });

  it('takes all sends of an operation for done when one of them was polled: an operation is a transaction', () => {
    const both = (f: string): Line[] => [
      [0, 'invoke', f, [['send', 'x', 1] as Json, ['send', 'y', 1]]],
      [0, 'info', f, [['send', 'x', [0, 1]] as Json, ['send', 'y', 1]]],
    ];
    for (const f of ['send', 'txn']) {
      const lines = [...both(f), ...send(1, 'x', 2, 0)];
      expect(judge(...lines)).toMatchObject({ anomalyTypes: [], counts: {} });
      expect(judge(...lines, ...poll(2, { x: [[0, 2]] }))).toMatchObject({ valid: true, anomalyTypes: [] });
      const taken = judge(...lines, ...poll(2, { y: [[0, 1]] }));
      expect(taken).toMatchObject({ valid: false, anomalyTypes: ['inconsistent-offsets'] });
      expect(taken.anomalies[0].message).toBe(
        'T1 and T2 show different messages at offset 0 of "x". T1, whose outcome is unknown, took place: P1 polled 1 of "y", which T1 sent.',
      );
      expect(taken.anomalies[0].ops.map(({ name, process }) => [name, process])).toEqual([
        ['T1', 0],
        ['T2', 1],
        ['P1', 2],
      ]);
    }
  });

  it('names an operation once that contradicts what a poll shows and is proved by it', () => {
    const aborted: Line[] = [
      [0, 'invoke', 'send', [['send', 'x', 'a'] as Json]],
      [0, 'info', 'send', [['send', 'x', [3, 'a']] as Json]],
    ];
    const { anomalies } = judge(...aborted, ...poll(1, { x: [[4, 'a']] }));
    expect(anomalies[0].ops.map(({ name }) => name)).toEqual(['T1', 'T2']);
    expect(anomalies[0].message).toContain('T1, whose outcome is unknown, took place: T2 polled "a" of "x"');
  });

  it('names acknowledged messages that everybody passed over: lost-write', () => {
    const verdict = judge(
      ...send(0, 'x', 'a', 0),
      ...send(0, 'x', 'b', 1),
      ...send(0, 'x', 'c', 2),
      ...poll(1, { x: [[0, 'a']] }),
      ...poll(2, { x: [[2, 'c']] }),
    );
    expect(verdict).toMatchObject({
      valid: false,
      anomalyTypes: ['lost-write'],
      counts: { 'lost-write': 1 },
    });
    expect(verdict.anomalies[0].detail).toEqual({ elements: ['b'] });
  });

  it('names messages of unknown outcome that everybody passed over where their operation took place', () => {
    const lines: Line[] = [
      [0, 'invoke', 'send', [['send', 'x', 'a'] as Json, ['send', 'y', 'b']]],
      [0, 'info', 'send', [['send', 'x', 'a'] as Json, ['send', 'y', [0, 'b']]]],
      ...trySend(1, 'y', 'c', 'info'),
      ...poll(3, { y: [[1, 'c']] }),
    ];
    expect(judge(...lines)).toMatchObject({ valid: true, anomalyTypes: [] });
    const verdict = judge(...lines, ...poll(2, { x: [[0, 'a']] }));
    expect(verdict).toMatchObject({ valid: false, anomalyTypes: ['lost-write'] });
    const [{ message, ops, detail }] = verdict.anomalies;
    expect(message).toBe(
      'S sent "b" to "y" at offset 0; nobody ever polled it, although P polled offset 1, which is behind it. S, whose outcome is unknown, took place: Q polled "a" of "x", which S sent.',
    );
    expect(ops.map(({ name, process }) => [name, process])).toEqual([
      ['S', 0],
      ['P', 3],
      ['Q', 2],
    ]);
    expect(ops[0].value).toEqual([
      ['send', 'x', 'a'],
      ['send', 'y', [0, 'b']],
    ]);
    expect(detail).toEqual({ elements: ['b'] });
    // Of what took place without an acknowledgement nobody is told that it is unseen.
    const far = judge(...lines.slice(0, 2), ...poll(2, { x: [[0, 'a']] }));
    expect(far).toMatchObject({ valid: true, stats: { unseen: 0 } });
  });

  it('finds nothing lost that a poll returned without an offset, or with an unknown outcome', () => {
    const lines = [...send(0, 'x', 'a', 0), ...send(0, 'x', 'b', 1), ...send(0, 'x', 'c', 2)];
    const beyond = poll(1, { x: [[2, 'c']] });
    const polled = (type: OpType, messages: Json): Line[] => [
      [2, 'invoke', 'poll', [['poll']]],
      [2, type, 'poll', [['poll', messages]]],
    ];
    expect(judge(...lines, ...beyond).counts).toEqual({ 'lost-write': 2 });
    const both: Json = {
      x: [
        [0, 'a'],
        [1, 'b'],
      ],
    };
    expect(judge(...lines, ...beyond, ...polled('info', both))).toMatchObject({
      valid: true,
      anomalyTypes: [],
      stats: { unseen: 0 },
    });
    // Nothing else is taken from it.
    const wrong: Json = {
      x: [
        [7, 'a'],
        [1, 'z'],
        [0, 'b'],
      ],
    };
    expect(judge(...lines, ...beyond, ...polled('info', wrong))).toMatchObject({ anomalyTypes: [] });
    const nowhere: Json = {
      x: [
        [0, 'a'],
        [null, 'b'],
        [2, 'c'],
      ],
    };
    expect(judge(...lines, ...polled('ok', nowhere))).toMatchObject({ valid: true, anomalyTypes: [] });
    const early: Json = {
      x: [
        [0, 'a'],
        [null, 'b'],
      ],
    };
    expect(judge(...lines, ...polled('ok', early))).toMatchObject({ valid: true, anomalyTypes: [] });
    expect(judge(...lines, ...polled('ok', { x: [[null, 'z']] })).anomalyTypes).toEqual(['garbage-read']);
    expect(judge(...lines, ...polled('ok', { x: null })).anomalyTypes).toEqual([]);
  });

  it('warns of acknowledged messages that nobody got to', () => {
    const verdict = judge(...send(0, 'x', 'a', 0), ...send(0, 'x', 'b', 1), ...poll(1, { x: [[0, 'a']] }));
    expect(verdict).toMatchObject({ valid: true, stats: { unseen: 1 } });
    expect(verdict.warnings).toHaveLength(1);
  });

  it('names polls of what failed and of what nobody sent', () => {
    const failed = judge(...trySend(0, 'x', 'a', 'fail'), ...poll(1, { x: [[0, 'a']] }));
    expect(failed).toMatchObject({ valid: false, anomalyTypes: ['G1a'] });
    const unknown = judge(...trySend(0, 'x', 'a', 'info'), ...poll(1, { x: [[0, 'a']] }));
    expect(unknown.valid).toBe(true);
    expect(judge(...poll(1, { x: [[0, 'a']] })).anomalyTypes).toEqual(['garbage-read']);
  });

  it('names a process that skips messages or goes back, in one operation and between two', () => {
    const sent = ['a', 'b', 'c'].flatMap((m, i) => send(0, 'x', m, i));
    const all = poll(2, {
      x: [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ],
    });
    const types = (...polls: Messages[]) =>
      judge(...sent, ...all, ...polls.flatMap((p) => poll(1, p))).anomalyTypes;
    expect(types({ x: [[0, 'a']] }, { x: [[2, 'c']] })).toEqual(['poll-skip']);
    expect(
      types({
        x: [
          [0, 'a'],
          [2, 'c'],
        ],
      }),
    ).toEqual(['int-poll-skip']);
    expect(types({ x: [[1, 'b']] }, { x: [[0, 'a']] })).toEqual(['nonmonotonic-poll']);
    expect(types({ x: [[1, 'b']] }, { x: [[1, 'b']] })).toEqual(['nonmonotonic-poll']);
    expect(
      types({
        x: [
          [1, 'b'],
          [0, 'a'],
        ],
      }),
    ).toEqual(['int-nonmonotonic-poll']);
    expect(types({ x: [[1, 'b']] }, {}, { x: [[2, 'c']] })).toEqual([]);
  });

  it('skips nothing by leaving out what should not be there, or was seen elsewhere', () => {
    const ends = (...more: Line[]) =>
      judge(
        ...send(0, 'x', 'a', 0),
        ...send(0, 'x', 'c', 2),
        ...poll(1, {
          x: [
            [0, 'a'],
            [2, 'c'],
          ],
        }),
        ...more,
      ).anomalyTypes;
    expect(ends(...trySend(3, 'x', 'b', 'fail'), ...poll(2, { x: [[1, 'b']] }))).toEqual(['G1a']);
    expect(ends(...poll(2, { x: [[1, 'b']] }))).toEqual(['garbage-read']);
    expect(ends(...send(3, 'x', 'b', 1), ...poll(1, { x: [[3, 'b']] }))).toEqual(['duplicate']);
    expect(ends(...trySend(3, 'x', 'b', 'info'), ...poll(2, { x: [[1, 'b']] }))).toEqual(['int-poll-skip']);
  });

  it('lets a process go on from anywhere after it subscribed, and in keys newly assigned', () => {
    const sent = ['a', 'b', 'c'].flatMap((m, i) => send(0, 'x', m, i));
    const all = poll(2, {
      x: [
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ],
    });
    const between = (f: string, keys: Json) =>
      judge(
        ...sent,
        ...all,
        ...poll(1, { x: [[2, 'c']] }),
        [1, 'ok', f, keys],
        ...poll(1, { x: [[0, 'a']] }),
      );
    expect(between('subscribe', ['x']).valid).toBe(true);
    expect(between('assign', ['y']).valid).toBe(true);
    expect(between('assign', ['x', 'y']).anomalyTypes).toEqual(['nonmonotonic-poll']);
    expect(between('crash', null).valid).toBe(true);
  });

  it('lets a process that subscribed be rebalanced at any time, until it is assigned keys', () => {
    const sent = ['a', 'b', 'c'].flatMap((m, i) => send(3, 'x', m, i));
    const places = (...all: number[]): Messages => ({
      x: all.map((offset) => [offset, 'abc'[offset]] as const),
    });
    const subscribe = (process: number, type: OpType = 'ok'): Line => [process, type, 'subscribe', ['x']];
    const assign = (process: number, type: OpType = 'ok'): Line => [process, type, 'assign', ['x']];
    const types = (...lines: Line[]) => judge(...sent, ...lines).anomalyTypes;
    const others = judge(
      ...sent,
      subscribe(0),
      ...poll(0, places(0, 1)),
      subscribe(1),
      ...poll(1, places(0, 1, 2)),
      ...poll(0, places(0)),
    );
    expect(others).toMatchObject({ valid: true, anomalyTypes: [] });
    const all = poll(1, places(0, 1, 2));
    expect(types(...all, subscribe(0), ...poll(0, places(0)), ...poll(0, places(2)))).toEqual([]);
    expect(types(...all, subscribe(0), ...poll(0, places(2, 0, 2)))).toEqual([]);
    // Where it was when it subscribed says nothing about where it is when it is assigned the key.
    expect(types(...all, subscribe(0), ...poll(0, places(2)), assign(0), ...poll(0, places(0)))).toEqual([]);
    expect(types(...all, subscribe(0), assign(0), ...poll(0, places(2, 0)))).toEqual([
      'int-nonmonotonic-poll',
    ]);
    expect(types(...all, subscribe(0), assign(0), ...poll(0, places(0)), ...poll(0, places(2)))).toEqual([
      'poll-skip',
    ]);
    // It may still be subscribed, or be so already.
    expect(types(...all, subscribe(0), assign(0, 'info'), ...poll(0, places(2, 0)))).toEqual([]);
    expect(types(...all, assign(0), subscribe(0, 'info'), ...poll(0, places(2, 0)))).toEqual([]);
    expect(types(...all, assign(0), subscribe(0, 'fail'), ...poll(0, places(2, 0)))).toEqual([
      'int-nonmonotonic-poll',
    ]);
    // Its next client may subscribe by itself.
    expect(types(...all, subscribe(0), [0, 'ok', 'crash', null], ...poll(0, places(2, 0)))).toEqual([]);
    // Others are judged as before.
    expect(types(...all, subscribe(1), ...poll(0, places(2, 0)))).toEqual(['int-nonmonotonic-poll']);
  });

  it('names sends of one process whose offsets go back', () => {
    const between = judge(
      ...send(0, 'x', 'a', 1),
      ...send(0, 'x', 'b', 0),
      ...poll(1, {
        x: [
          [0, 'b'],
          [1, 'a'],
        ],
      }),
    );
    expect(between.anomalyTypes).toEqual(['nonmonotonic-send']);
    const inside = judge(
      txn(0, ['send', 'x', [1, 'a']], ['send', 'x', [0, 'b']]),
      ...poll(1, {
        x: [
          [0, 'b'],
          [1, 'a'],
        ],
      }),
    );
    expect(inside.anomalyTypes).toEqual(['int-nonmonotonic-send']);
    const mops: Json[] = [
      ['send', 'x', [1, 'a']],
      ['send', 'x', [0, 'b']],
    ];
    const unknown: Line[] = [
      [
        0,
        'invoke',
        'txn',
        [
          ['send', 'x', 'a'],
          ['send', 'x', 'b'],
        ],
      ],
      [0, 'info', 'txn', mops],
      ...send(1, 'x', 'c', 2),
    ];
    expect(judge(...unknown, ...poll(2, { x: [[2, 'c']] })).valid).toBe(true);
    const known = judge(
      ...unknown,
      ...poll(2, {
        x: [
          [0, 'b'],
          [1, 'a'],
          [2, 'c'],
        ],
      }),
    );
    expect(known.anomalyTypes).toEqual(['int-nonmonotonic-send']);
  });

  it('names cycles of transactions, with the last message polled telling what was not', () => {
    const writeSkew = judge(
      txn(0, ['poll', {}], ['send', 'x', [1, 'b']]),
      txn(1, ['send', 'x', [0, 'a']], ['send', 'y', [0, 'a']]),
      txn(2, ['poll', { x: [[0, 'a']] }], ['send', 'y', [1, 'c']]),
      txn(3, ['poll', { y: [[0, 'a']] }], ['send', 'x', [2, 'd']]),
      txn(4, [
        'poll',
        {
          x: [
            [0, 'a'],
            [1, 'b'],
            [2, 'd'],
          ],
          y: [
            [0, 'a'],
            [1, 'c'],
          ],
        },
      ]),
    );
    expect(writeSkew.anomalyTypes).toEqual(['G2-item']);
    expect(writeSkew).toMatchObject({ valid: true, not: ['serializable-log'] });
    const circular = judge(
      txn(0, ['send', 'x', [0, 'a']], ['poll', { y: [[0, 'b']] }]),
      txn(1, ['send', 'y', [0, 'b']], ['poll', { x: [[0, 'a']] }]),
    );
    expect(circular.anomalyTypes).toEqual(['G1c']);
    expect(circular.anomalies[0].message).toContain('polled');
    const dirty = judge(
      txn(0, ['send', 'x', [0, 'a']], ['send', 'y', [1, 'a']]),
      txn(1, ['send', 'x', [1, 'b']], ['send', 'y', [0, 'b']]),
      ...poll(2, { x: [[0, 'a']] }),
    );
    expect(dirty.anomalyTypes).toContain('G0');
    expect(dirty.not).toContain('read-committed');
  });

  it('takes no order from messages at several offsets and from offsets of several messages', () => {
    const twice = judge(
      ...send(0, 'x', 'a', 1),
      ...send(1, 'x', 'b', 2),
      ...poll(2, {
        x: [
          [1, 'a'],
          [2, 'b'],
          [3, 'a'],
        ],
      }),
    );
    expect(twice).toMatchObject({ valid: false, anomalyTypes: ['duplicate'] });
    expect(twice.consistentWith).toContain('read-committed');
    const shared = judge(
      txn(0, ['send', 'x', [0, 'a']], ['send', 'y', [1, 'a']]),
      txn(1, ['send', 'x', [1, 'b']], ['send', 'y', [0, 'b']]),
      ...send(2, 'y', 'c', 1),
      ...poll(3, { x: [[0, 'a']] }),
      ...poll(3, { x: [[1, 'b']] }),
    );
    expect(shared.anomalyTypes).toEqual(['inconsistent-offsets']);
    // Nor does a poll that ends there say what it did not see.
    const end = judge(
      txn(0, ['send', 'x', [0, 'a']], ['send', 'x', [1, 'b']], ['send', 'y', [0, 'b']]),
      txn(1, ['poll', { x: [[0, 'c']], y: [[0, 'b']] }]),
      ...trySend(2, 'x', 'c', 'info'),
    );
    expect(end.anomalyTypes).toEqual(['inconsistent-offsets']);
    // The messages around are in order as before.
    const around = judge(
      txn(0, ['send', 'x', [0, 'a']], ['send', 'y', [1, 'a']]),
      ...send(2, 'x', 'c', 1),
      ...send(3, 'x', 'd', 1),
      txn(1, ['send', 'x', [2, 'b']], ['send', 'y', [0, 'b']]),
      ...poll(4, {
        x: [
          [0, 'a'],
          [1, 'c'],
          [2, 'b'],
        ],
        y: [
          [0, 'b'],
          [1, 'a'],
        ],
      }),
      ...poll(5, { x: [[1, 'd']] }),
    );
    expect(around.anomalyTypes).toEqual(['G0', 'inconsistent-offsets']);
  });

  it('names the sender of what was polled where an offset showed several messages', () => {
    const { anomalyTypes, anomalies } = judge(
      ...send(2, 'x', 'c', 0),
      txn(0, ['send', 'x', [1, 'a']], ['poll', { y: [[0, 'b']] }]),
      txn(1, ['send', 'y', [0, 'b']], ['poll', { x: [[0, 'a']] }]),
    );
    expect(anomalyTypes).toEqual(['G1c', 'duplicate', 'inconsistent-offsets']);
    expect(anomalies.find(({ type }) => type === 'G1c')!.message).toContain('"a" (offset 0)');
  });

  it('does not judge messages sent twice, nor what is no log', () => {
    expect(
      judge(...send(0, 'x', 'a', 0), ...send(0, 'x', 'a', 1), ...poll(1, { x: [[0, 'a']] })),
    ).toMatchObject({
      valid: 'unknown',
      anomalyTypes: [],
    });
    expect(judge(txn(0, ['push', 'x', 1])).valid).toBe('unknown');
    expect(judge(...send(0, 'x', 'a', 0)).valid).toBe('unknown');
  });
});

interface Sent {
  readonly key: string;
  readonly value: number;
  offset: number;
}

/** An operation: a transaction of sends with a poll behind them, of which one may be missing. */
interface Event {
  readonly process: number;
  readonly type: OpType;
  readonly sends: readonly Sent[];
  readonly poll: Messages;
  /** The offsets of sends of unknown outcome come with it. */
  readonly told: boolean;
  /** It is this instead. */
  readonly moved?: readonly ['assign' | 'subscribe', readonly string[]];
}

function linesOf({ process, type, sends, poll: polled, told, moved }: Event): Line[] {
  if (moved !== undefined) return [[process, type, ...(moved as [string, Json])]];
  const plain = sends.map(({ key, value }): Json => ['send', key, value]);
  const full = sends.map(({ key, value, offset }): Json => ['send', key, [offset, value]]);
  return [
    [process, 'invoke', 'txn', [...plain, ['poll']]],
    [process, type, 'txn', [...(type === 'ok' || told ? full : plain), ['poll', polled as Json]]],
  ];
}

/** Producers and consumers of two logs; now and then something goes wrong. */
function random(dice: Dice): Event[] {
  const logs: { [key: string]: number[] } = { x: [], y: [] };
  const places: { [who: string]: number } = {};
  const events: Event[] = [];
  let next = 0;
  const put = (one: Sent, takesPlace: boolean, told: boolean): void => {
    const all = logs[one.key];
    if (takesPlace) all.push(one.value);
    if (dice.chance(5)) all.push(one.value);
    if (dice.chance(3)) all.push(++next);
    const offset = dice.chance(95) ? all.indexOf(one.value) : dice.below(all.length + 1);
    one.offset = told && offset < 0 ? all.length : offset;
  };
  const polled = (process: number, key: string): Messages => {
    const all = logs[key];
    const from = dice.chance(90) ? (places[`${process} ${key}`] ?? 0) : dice.below(all.length + 1);
    const to = Math.min(all.length, from + dice.below(4));
    const messages = all.slice(from, to).map((value, j) => [from + j, value] as const);
    if (messages.length > 1 && dice.chance(10)) messages.splice(dice.below(messages.length), 1);
    if (dice.chance(5)) messages.reverse();
    places[`${process} ${key}`] = to;
    return { [key]: messages };
  };
  let late = (): void => {};
  for (let i = 0; i < 12; i++) {
    const process = dice.below(3);
    const key = dice.pick(['x', 'y']);
    const before = late;
    late = () => {};
    if (dice.chance(10)) {
      const type = dice.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const);
      const f = dice.pick(['assign', 'subscribe'] as const);
      const keys = dice.pick([['x'], ['y'], ['x', 'y']]);
      events.push({ process, type, sends: [], poll: {}, told: false, moved: [f, keys] });
    } else if (dice.chance(50)) {
      const type = dice.pick(['ok', 'ok', 'ok', 'info', 'fail'] as const);
      const takesPlace = type === 'ok' || dice.chance(40);
      const told = type === 'info' && dice.chance(50);
      const keys = dice.chance(60) ? [key] : [key, dice.pick(['x', 'y'])];
      const sends = keys.map((k): Sent => ({ key: k, value: ++next, offset: -1 }));
      put(sends[0], takesPlace, told);
      // Its other message may come behind those of the next transaction.
      const rest = () => {
        for (const one of sends.slice(1)) put(one, takesPlace, told);
      };
      if (dice.chance(50)) rest();
      else late = rest;
      const also = (type === 'ok' || told) && dice.chance(20) ? polled(process, dice.pick(['x', 'y'])) : {};
      events.push({ process, type, sends, poll: also, told });
      if (dice.chance(5)) logs[key].pop();
    } else events.push({ process, type: 'ok', sends: [], poll: polled(process, key), told: false });
    before();
  }
  late();
  return events;
}

/** Everything that is known to be, or to have been, in a log. */
interface Seen extends Sent {
  readonly op: number;
  readonly polled: boolean;
}

const messagesOf = (poll: Messages): Sent[] =>
  Object.entries(poll).flatMap(([key, messages]) =>
    messages.map(([offset, value]): Sent => ({ key, value: value as number, offset })),
  );

/** Sends of operations that took place, and polls, in order. */
function seenIn(events: readonly Event[]): Seen[] {
  const polled = events.flatMap(({ type, poll }, op) =>
    type === 'ok' ? messagesOf(poll).map((message): Seen => ({ ...message, op, polled: true })) : [],
  );
  const isPolled = ({ key, value }: Sent) => polled.some((p) => p.key === key && p.value === value);
  const sent = events.flatMap(({ sends, type, told }, op) =>
    type === 'ok' || (told && sends.some(isPolled))
      ? sends.map((send): Seen => ({ ...send, op, polled: false }))
      : [],
  );
  return [...sent, ...polled];
}

/** Whether the process of operation `op` may be rebalanced in it. */
function isSubscribed(events: readonly Event[], op: number): boolean {
  const moves = events
    .slice(0, op)
    .filter(({ process, moved }) => moved !== undefined && process === events[op].process)
    .filter(({ type, moved }) => type === 'ok' || (type === 'info' && moved![0] === 'subscribe'));
  return moves.at(-1)?.moved?.[0] === 'subscribe';
}

/** Whether a process goes on in operation `b` where operation `a` left the key. */
function goesOn(events: readonly Event[], a: number, b: number, key: string): boolean {
  return events
    .slice(a, b)
    .filter(({ process, type }) => process === events[a].process && type !== 'fail')
    .every(({ moved }) => moved === undefined || (moved[0] === 'assign' && moved[1].includes(key)));
}

/** The anomalies by their definitions, comparing everything with everything. */
function naive(events: readonly Event[]): Set<string> {
  const types = new Set<string>();
  const seen = seenIn(events);
  const sent = versionsOf(events, seen);
  for (const a of seen)
    for (const b of seen) {
      if (a.key !== b.key) continue;
      if (a.offset === b.offset && a.value !== b.value) types.add('inconsistent-offsets');
      if (a.offset !== b.offset && a.value === b.value) types.add('duplicate');
    }
  for (const s of seen.filter(({ polled }) => polled)) {
    const source = events.find(({ sends }) => sends.some((o) => o.key === s.key && o.value === s.value));
    if (source === undefined) types.add('garbage-read');
    else if (source.type === 'fail') types.add('G1a');
  }
  for (const s of seen.filter(({ polled }) => !polled)) {
    const others = seen.filter((o) => o.polled && o.key === s.key);
    const returned = events.flatMap(({ poll }) => messagesOf(poll)).filter((o) => o.key === s.key);
    if (others.some((o) => o.offset > s.offset) && !returned.some((o) => o.value === s.value))
      types.add('lost-write');
  }
  for (const polled of [true, false])
    for (const key of ['x', 'y'])
      for (const process of [0, 1, 2]) {
        const mine = seen.filter(
          (s) =>
            s.polled === polled &&
            s.key === key &&
            events[s.op].process === process &&
            !(polled && isSubscribed(events, s.op)),
        );
        for (let i = 1; i < mine.length; i++) {
          if (polled && !goesOn(events, mine[i - 1].op, mine[i].op, key)) continue;
          const [from, to] = [mine[i - 1].offset, mine[i].offset];
          const prefix = mine[i].op === mine[i - 1].op ? 'int-' : '';
          if (to <= from) types.add(`${prefix}nonmonotonic-${polled ? 'poll' : 'send'}`);
          const isBetween = ({ key: k, offset }: Sent) => k === key && from < offset && offset < to;
          if (polled && sent.some(isBetween)) types.add(`${prefix}poll-skip`);
        }
      }
  return types;
}

/** The operation that sent a message and did not fail; −1 if there is none. */
const senderOf = (events: readonly Event[], { key, value }: Sent): number =>
  events.findIndex(
    ({ sends, type }) => type !== 'fail' && sends.some((s) => s.key === key && s.value === value),
  );

/** What has a sender and is of one offset that is its own. */
const versionsOf = (events: readonly Event[], seen: readonly Seen[]): Seen[] =>
  seen.filter(
    (a) =>
      senderOf(events, a) >= 0 &&
      seen.every((b) => a.key !== b.key || (a.offset === b.offset) === (a.value === b.value)),
  );

/** The worst cycle of ww and wr, from every order of two messages that nothing disputes. */
function naiveCycles(events: readonly Event[]): string[] {
  const seen = seenIn(events);
  const sender = (one: Sent) => senderOf(events, one);
  const ordered = versionsOf(events, seen);
  const ww = ordered.flatMap((a) =>
    ordered.filter((b) => a.key === b.key && a.offset < b.offset).map((b) => [sender(a), sender(b)] as const),
  );
  const wr = seen.filter(({ polled }) => polled).map((p) => [sender(p), p.op] as const);
  const real = (edges: readonly (readonly [number, number])[]) =>
    edges.filter(([from, to]) => from >= 0 && to >= 0 && from !== to);
  const reaches = (edges: readonly (readonly [number, number])[], from: number, to: number): boolean => {
    const reached = new Set([from]);
    for (const t of reached) for (const [a, b] of edges) if (a === t) reached.add(b);
    return reached.has(to);
  };
  const writes = real(ww);
  const all = [...writes, ...real(wr)];
  if (writes.some(([from, to]) => reaches(writes, to, from))) return ['G0'];
  return real(wr).some(([from, to]) => reaches(all, to, from)) ? ['G1c'] : [];
}

describe('log beside its definitions', () => {
  it('finds the same anomalies in random histories', () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const events = random(new Dice(seed));
      const verdict = judge(...events.flatMap(linesOf));
      if (verdict.valid === 'unknown') continue;
      const worst = verdict.anomalyTypes.includes('G0') ? /^G2|^G-|^G1c/ : /^G2|^G-/;
      const types = verdict.anomalyTypes.filter((type) => !worst.test(type));
      const expected = [...naive(events), ...naiveCycles(events)].sort();
      expect(types, `seed ${seed}`).toEqual(expected);
      for (const type of types) found.add(type);
    }
    expect(found.size).toBe(13);
  });
});
