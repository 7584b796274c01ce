import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { ErrorCode } from '../errors.ts';
import type { NodeId } from '../host.ts';
import { type Cell, registers, sets } from './cells.ts';
import type { LeaderlessOptions } from './options.ts';
import { replicasOf, scopeQuorum } from './placement.ts';
import type { Gathered, Quorum } from './quorum.ts';

/** One operation for a coordinator to carry out. */
export interface Task {
  readonly id: number;
  readonly f: string;
  readonly space: string;
  readonly value: Json;
  /** Whose cell of a set an `add` goes to: the client process. */
  readonly owner: string;
  /** Reads the clock that stamps writes; called once, when the write begins. */
  readonly stamp: () => number;
}

export type Answer =
  | { readonly ok: true; readonly value: Json; readonly node: NodeId }
  | { readonly ok: false; readonly code: number; readonly text: string };

export const FUNCTIONS: readonly string[] = ['read', 'write', 'add'];

/**
 * Carries out operations over quorums of replicas, on a coordinating node and in a coordinating client alike.
 *
 * Registers are written blindly: `write` stamps the value and puts it. A set under last-write-wins is kept the way wide
 * rows keep one: every client process has a cell of its own, `add` reads that cell, adds to what it found and puts the
 * whole cell back under a new stamp; a read gathers all cells and unites them.
 *
 * **With w + r > n and stamping clocks in step, no acknowledged element of a set is ever lost.** Proof. Fix a process P
 * with its cell, and let a1, a2, … be its adds, in order; all versions of the cell are put by them.
 *
 * 1. One add puts at most one version. Its request is carried out at most once (by `Gate` on a node; the client itself
 *    does it once), and no add is sent to a second coordinator unless the first said, definitely, that it put nothing.
 *    Repeated and repairing puts carry a version that exists, stamp and all, and replicas only ever move to newer ones.
 * 2. P's adds do not overlap, except that the last may be left behind unfinished: after an outcome nobody knows, P is
 *    retired and nothing else writes its cell. An add that failed put nothing. So all adds but the last that put
 *    anything were acknowledged.
 * 3. Stamps increase along a1, a2, …: each is read after the add's invocation and before its put, so after the
 *    acknowledgement of the adds before it, by clocks in step; an exact tie goes to the operation's id, which increases too.
 * 4. By induction the version of each add contains the elements of all acknowledged adds before it. Let a be the add, b the
 *    last acknowledged one before it. When b was acknowledged, w replicas of the cell held b's version or a newer one,
 *    on disk, and do so ever after. a heard r replicas after that, one of which is among the w. So it
 *    found b's version or a newer one; newer than b's, by 3, are only versions of later adds, which put nothing yet. So it
 *    found exactly b's version, and puts it with its own element added.
 * 5. A read invoked after the acknowledgement of b finds, by the same counting, b's version or a newer one: of an
 *    add after b, which by 4 contains b's element.
 *
 * The only step that needs clocks is 3. Where a later add is stamped earlier (its coordinator's clock was set back, or the
 * one before it used a clock set forward), replicas acknowledge its version and drop it, and so its element is lost
 * without a sign: nothing here raises a stamp above the one that was read, because stores that stamp by clock do
 * not. Where w + r ≤ n step 4 fails: an add may build on an old version, and its newer stamp buries the elements between.
 */
export class Operations {
  private readonly quorum: Quorum;
  private readonly options: LeaderlessOptions;
  private readonly nodes: readonly NodeId[];

  constructor(quorum: Quorum, options: LeaderlessOptions, nodes: readonly NodeId[]) {
    this.quorum = quorum;
    this.options = options;
    this.nodes = nodes;
  }

  /** Precondition: `FUNCTIONS` has `task.f`, and its value has passed `malformed`. Calls `done` once, perhaps at once. */
  run(task: Task, done: (answer: Answer) => void): void {
    if (task.f === 'write') this.write(task, done);
    else if (task.f === 'add') this.add(task, done);
    else this.read(task, this.nodes, undefined, done);
  }

  /** What one replica holds by itself: how replicas are compared after a run. Repairs nothing. */
  readAt(task: Task, node: NodeId, done: (answer: Answer) => void): void {
    this.read(task, [node], 1, done);
  }

  private read(
    task: Task,
    nodes: readonly NodeId[],
    need: number | undefined,
    done: (answer: Answer) => void,
  ): void {
    const { n, r } = this.options;
    const pinned = need !== undefined;
    const answer = (result: Gathered | undefined, value: (result: Gathered) => Json) =>
      done(result === undefined ? NO_READ_QUORUM : { ok: true, value: value(result), node: result.node });
    if (task.value === null) {
      const enough = need ?? scopeQuorum(nodes.length, n, r);
      const unite = (result: Gathered | undefined) => answer(result, union);
      this.quorum.gather(sets(task.space), null, nodes, enough, unite, pinned ? false : undefined);
      return;
    }
    const [key] = task.value as readonly [Json, Json];
    const name = JSON.stringify(key);
    const scope = registers(task.space);
    const at = pinned ? nodes : replicasOf(scope, name, nodes, n);
    const pair = (result: Gathered | undefined) =>
      answer(result, ({ cells }) => [key, cells.get(name)?.value ?? null]);
    this.quorum.gather(scope, name, at, need ?? r, pair, pinned ? false : undefined);
  }

  private write(task: Task, done: (answer: Answer) => void): void {
    const [key, value] = task.value as readonly [Json, Json];
    this.put(task, registers(task.space), JSON.stringify(key), value, done);
  }

  private add(task: Task, done: (answer: Answer) => void): void {
    const scope = sets(task.space);
    const at = replicasOf(scope, task.owner, this.nodes, this.options.n);
    this.quorum.gather(scope, task.owner, at, this.options.r, (result) => {
      if (result === undefined) done(NO_READ_QUORUM);
      else {
        const found = (result.cells.get(task.owner)?.value ?? []) as readonly Json[];
        this.put(task, scope, task.owner, [...found, task.value], done);
      }
    });
  }

  private put(task: Task, scope: string, name: string, value: Json, done: (answer: Answer) => void): void {
    const cell: Cell = { scope, name, value, time: task.stamp(), op: task.id };
    const at = replicasOf(scope, name, this.nodes, this.options.n);
    this.quorum.put(cell, at, this.options.w, (node) =>
      done(node === undefined ? NO_WRITE_QUORUM : { ok: true, value: task.value, node }),
    );
  }
}

/** Definite, for an `add` too: nothing has been put. */
const NO_READ_QUORUM: Answer = {
  ok: false,
  code: ErrorCode.unavailable,
  text: 'too few replicas answered the read',
};

/** Indefinite: some replicas may have the write, and a read may spread it. */
const NO_WRITE_QUORUM: Answer = {
  ok: false,
  code: ErrorCode.timeout,
  text: 'too few replicas acknowledged the write',
};

function union({ cells }: Gathered): Json {
  const elements = new Map<string, Json>();
  for (const cell of cells.values())
    for (const element of cell.value as readonly Json[]) elements.set(canonical(element), element);
  return [...elements.values()];
}
