import { describe, expect, it } from 'vitest';
import type { ClientHost, Outcome, Request } from '../../src/cluster/client.ts';
import { ErrorCode } from '../../src/cluster/errors.ts';
import { INCARNATION } from '../../src/cluster/gate.ts';
import type { Body, NodeId } from '../../src/cluster/host.ts';
import { LeaderClient, type LeaderClientOptions } from '../../src/cluster/leader-client.ts';
import type { RequestBody } from '../../src/cluster/wire.ts';
import { MS } from '../../src/duration.ts';
import type { Json } from '../../src/history/op.ts';

const WRITE: Request = { id: 1, f: 'write', value: [1, 2], space: 's' };
const READ: Request = { id: 2, f: 'read', value: [1, null], space: 's' };
const CAS: Request = { id: 3, f: 'cas', value: [1, [2, 3]], space: 's' };

/** A client of n1, n2, n3 whose every answer and every passing of time is written down by the test. */
class Bench implements ClientHost {
  readonly id = 'c7';
  readonly incarnation = 0;
  now = 0;
  due: number | undefined;
  readonly sent: { dest: NodeId; body: RequestBody }[] = [];
  readonly outcomes: Outcome[] = [];
  readonly client: LeaderClient;

  constructor(options: Partial<LeaderClientOptions> = {}) {
    this.client = new LeaderClient(
      this,
      { sessions: true, retries: 5, ...options },
      { nodes: ['n1', 'n2', 'n3'], process: 7, home: 'n2', attemptTimeout: 100 * MS, timeout: 1000 * MS },
    );
  }

  monotonic(): number {
    return this.now;
  }
  wallClock(): number {
    return 0;
  }
  random(): number {
    return 0.5;
  }
  send(dest: NodeId, body: Body): void {
    this.sent.push({ dest, body: body as unknown as RequestBody });
  }
  setTimer(_tag: string, delay: number): void {
    this.due = this.now + delay;
  }
  clearTimer(): void {
    this.due = undefined;
  }

  invoke(request: Request): this {
    this.client.invoke(request, (outcome) => this.outcomes.push(outcome));
    return this;
  }

  get last(): { dest: NodeId; body: RequestBody } {
    return this.sent.at(-1)!;
  }

  /** Runs until the next timer fires. */
  wait(): this {
    this.now = this.due!;
    this.due = undefined;
    this.client.timer();
    return this;
  }

  /** Answers the attempt that was sent n-th. */
  answer(fields: { readonly [field: string]: Json }, n = this.sent.length - 1): this {
    const { dest, body } = this.sent[n]!;
    const reply = {
      in_reply_to: body.msg_id,
      incarnation: 0,
      epoch: 4,
      leader: null,
      position: 9,
      ...fields,
    };
    this.client.receive({ src: dest, dest: this.id, body: { type: 'ok', ...reply } as Body });
    return this;
  }

  ok(value: Json = null, n?: number): this {
    return this.answer({ type: 'ok', value }, n);
  }

  error(code: number, more: { readonly [field: string]: Json } = {}, n?: number): this {
    return this.answer({ type: 'error', code, text: '', ...more }, n);
  }

  /** The first answer of every node: its incarnation. */
  hello(incarnation = 0): this {
    expect(this.last.body.to).toBe(-1);
    return this.error(ErrorCode.unavailable, { text: INCARNATION, incarnation, epoch: null });
  }
}

describe('finding the leader', () => {
  it('asks home for its incarnation, then for the operation', () => {
    const bench = new Bench().invoke(WRITE).hello(3);
    expect(bench.last.dest).toBe('n2');
    expect(bench.last.body.to).toBe(3);
    bench.ok([1, 2]);
    expect(bench.outcomes).toEqual([{ type: 'ok', value: [1, 2], node: 'n2', epoch: 4 }]);
  });

  it('follows a redirect and remembers', () => {
    const bench = new Bench().invoke(WRITE).hello().error(ErrorCode.unavailable, { leader: 'n3' });
    expect(bench.last.dest).toBe('n3');
    bench.hello().ok().invoke(READ);
    expect(bench.last.dest).toBe('n3');
    expect(bench.last.body.to).toBe(0);
  });

  it('tries the others where nobody knows, and two that point at each other not for ever', () => {
    const bench = new Bench().invoke(WRITE).hello().error(ErrorCode.unavailable).wait();
    expect(bench.last.dest).toBe('n3');
    bench.hello();
    for (let n = 0; n < 3 && bench.due !== undefined; n++) {
      bench.error(ErrorCode.unavailable, { leader: bench.last.dest === 'n1' ? 'n3' : 'n1' });
      if (bench.last.body.to === -1) bench.hello();
    }
    const { length } = bench.sent;
    expect(bench.due! - bench.now).toBeLessThan(100 * MS);
    bench.wait();
    expect(bench.sent.length).toBe(length + 1);
  });

  it('routes by the callback, unless pinned', () => {
    const bench = new Bench({ route: (_request, view) => (view.reads ? 'n3' : undefined) });
    bench.invoke(READ);
    expect(bench.last.dest).toBe('n3');
    bench.hello().ok().invoke(WRITE);
    expect(bench.last.dest).toBe('n3'); // It answered in an epoch, so it leads.
    bench.ok().invoke({ ...READ, at: 'n1' });
    expect(bench.last).toMatchObject({ dest: 'n1', body: { local: true } });
    bench.wait().wait();
    expect(bench.last.dest).toBe('n1');
  });

  it('carries the highest position it was told, if asked to', () => {
    const bench = new Bench({ token: true }).invoke(WRITE).hello();
    bench.answer({ type: 'ok', value: null, position: 12 }).invoke(READ);
    expect(bench.last.body.after).toBe(12);
    bench.answer({ type: 'ok', value: null, position: 5 }).invoke(READ);
    expect(bench.last.body.after).toBe(12);
    expect(new Bench().invoke(READ).hello().ok().invoke(READ).last.body.after).toBe(0);
  });
});

describe('outcomes', () => {
  it('a write without an answer is info, a read a fail', () => {
    for (const [request, type] of [
      [WRITE, 'info'],
      [READ, 'fail'],
    ] as const) {
      const bench = new Bench().invoke(request).hello();
      while (bench.outcomes.length === 0) bench.wait();
      expect(bench.outcomes[0]).toMatchObject({ type, error: { code: ErrorCode.timeout } });
      expect(bench.now).toBeLessThanOrEqual(1000 * MS);
    }
  });

  it('refused by all until the end is a fail', () => {
    const bench = new Bench().invoke(WRITE);
    while (bench.outcomes.length === 0) {
      if (bench.last.body.to === -1) bench.hello();
      else bench.error(ErrorCode.unavailable).wait();
    }
    expect(bench.outcomes[0]).toMatchObject({ type: 'fail', error: { code: ErrorCode.unavailable } });
  });

  it('a refusal does not settle an earlier attempt without an answer', () => {
    const bench = new Bench().invoke(WRITE).hello().wait().wait();
    while (bench.outcomes.length === 0) {
      if (bench.last.body.to === -1) bench.hello();
      else bench.error(ErrorCode.unavailable).wait();
    }
    expect(bench.outcomes[0]).toMatchObject({ type: 'info' });
  });

  it('a retry goes under the same session and sequence, and its success settles', () => {
    const bench = new Bench().invoke(WRITE).hello().wait().wait().hello();
    const [first, retry] = [bench.sent[1]!, bench.last];
    expect(retry.dest).not.toBe(first.dest);
    expect(retry.body).toMatchObject({ session: 'c7', seq: first.body.seq });
    expect(retry.body.seq).toBeGreaterThan(0);
    expect(bench.ok().outcomes).toMatchObject([{ type: 'ok' }]);
    expect(bench.invoke(WRITE).last.body.seq).toBeGreaterThan(first.body.seq);
  });

  it('a late success of an attempt given up settles, too', () => {
    const bench = new Bench().invoke(WRITE).hello().wait();
    expect(bench.ok([1, 2], 1).outcomes).toMatchObject([{ type: 'ok', node: 'n2' }]);
  });

  it('with a session the state machine’s refusal settles everything; without, only when nothing is open', () => {
    const withSession = new Bench().invoke(CAS).hello().wait().wait().hello().error(ErrorCode.precondition);
    expect(withSession.outcomes).toMatchObject([{ type: 'fail', error: { code: 22 } }]);
    const simple = new Bench({ sessions: false }).invoke(CAS).hello().error(ErrorCode.precondition);
    expect(simple.outcomes).toMatchObject([{ type: 'fail', error: { code: 22 } }]);
    const open = new Bench({ sessions: false })
      .invoke(CAS)
      .hello()
      .wait()
      .wait()
      .hello()
      .error(ErrorCode.precondition);
    while (open.outcomes.length === 0) open.wait();
    expect(open.outcomes).toMatchObject([{ type: 'info' }]);
  });

  it('an indefinite error is tried again as often as `retries`, then info', () => {
    const bench = new Bench({ retries: 2 }).invoke(WRITE);
    let attempts = 0;
    while (bench.outcomes.length === 0) {
      if (bench.last.body.to === -1) bench.hello();
      else {
        attempts++;
        bench.error(ErrorCode.crash);
        if (bench.outcomes.length === 0) bench.wait();
      }
    }
    expect(attempts).toBe(3);
    expect(bench.outcomes).toMatchObject([{ type: 'info', error: { code: ErrorCode.crash } }]);
  });

  it('retries=0 never sends again what may have taken effect', () => {
    const bench = new Bench({ retries: 0, sessions: false }).invoke(WRITE).hello().wait();
    expect(bench.outcomes).toMatchObject([{ type: 'info' }]);
    expect(bench.sent).toHaveLength(2);
  });

  it('an answer of an earlier incarnation may have executed what a later one turns away', () => {
    const bench = new Bench({ retries: 0 }).invoke(WRITE).hello().ok().invoke(WRITE);
    bench.error(ErrorCode.crash, { text: INCARNATION, incarnation: 1 });
    expect(bench.outcomes).toMatchObject([{ type: 'ok' }, { type: 'info' }]);
  });

  it('nonsense is refused for good', () => {
    const bench = new Bench().invoke(WRITE).hello().error(ErrorCode.malformed);
    expect(bench.outcomes).toMatchObject([{ type: 'fail', error: { code: 12 } }]);
  });

  it('answers to earlier operations, repeated or unknown, change nothing', () => {
    const bench = new Bench().invoke(WRITE).hello().ok('first').invoke(READ);
    bench.ok('second', 1).error(ErrorCode.precondition, {}, 0);
    expect(bench.outcomes).toHaveLength(1);
    bench.ok('third');
    bench.ok('again');
    expect(bench.outcomes).toMatchObject([{ value: 'first' }, { value: 'third' }]);
  });
});
