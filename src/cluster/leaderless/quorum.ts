import type { BaseHost, Body, NodeId } from '../host.ts';
import { type Cell, newer } from './cells.ts';
import type { GetBody, GetOkBody, PutBody, PutOkBody } from './messages.ts';

/** The newest version of each cell among the replies, and whose reply made the quorum. */
export interface Gathered {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly node: NodeId;
}

interface Gather {
  readonly kind: 'gather';
  readonly body: GetBody;
  readonly nodes: readonly NodeId[];
  readonly need: number;
  readonly repair: boolean;
  readonly done: (result: Gathered | undefined) => void;
  /** By replica, what it is known to hold: its reply, and what has been sent to it since. */
  readonly held: Map<NodeId, Map<string, Cell>>;
  readonly newest: Map<string, Cell>;
  decided: boolean;
  ticks: number;
}

interface Put {
  readonly kind: 'put';
  readonly body: PutBody;
  readonly nodes: readonly NodeId[];
  readonly need: number;
  readonly done: (node: NodeId | undefined) => void;
  readonly acknowledged: Set<NodeId>;
  ticks: number;
}

export interface QuorumOptions {
  /** Nanoseconds until a quorum that has not come together is given up. */
  readonly timeout: number;
  readonly readRepair: boolean;
}

/** How often within its timeout a quorum asks those who have not answered; all it sends may be sent again. */
const TICKS = 4;
const TAG = 'quorum:';

/**
 * Asks n replicas and waits for some of them: the part that a coordinating node and a coordinating client share
 * (DeCandia et al., Dynamo, SOSP 2007, §4.5).
 *
 * Every message goes to all the replicas concerned. The first `need` answers decide; later ones only serve read repair.
 */
export class Quorum {
  private readonly host: BaseHost;
  private readonly options: QuorumOptions;
  private readonly send: (node: NodeId, body: Body) => void;
  private readonly open = new Map<number, Gather | Put>();
  private next: number;

  /** `send` may answer at once, by a call of `receive` before it returns. */
  constructor(host: BaseHost, options: QuorumOptions, send: (node: NodeId, body: Body) => void) {
    this.host = host;
    this.options = options;
    this.send = send;
    // An answer to an earlier incarnation must not count as one to this.
    this.next = host.incarnation * 0x100000000 + 1;
  }

  /** Reads from `nodes`; `done` gets the merged answers of `need` of them, or nothing when the time is up. */
  gather(
    scope: string,
    name: string | null,
    nodes: readonly NodeId[],
    need: number,
    done: (result: Gathered | undefined) => void,
    repair: boolean = this.options.readRepair,
  ): void {
    const body: GetBody = { type: 'get', msg_id: this.next++, scope, name };
    const held = new Map<NodeId, Map<string, Cell>>();
    const newest = new Map<string, Cell>();
    this.begin({
      kind: 'gather',
      body,
      nodes,
      need,
      repair,
      done,
      held,
      newest,
      decided: false,
      ticks: 0,
    });
  }

  /**
   * Writes to `nodes`; `done` gets the node whose acknowledgement was number `need`, or nothing when the time is up: then
   * some may have it and others not, and nobody takes it back.
   */
  put(cell: Cell, nodes: readonly NodeId[], need: number, done: (node: NodeId | undefined) => void): void {
    const body: PutBody = { type: 'put', msg_id: this.next++, cells: [cell], repair: false };
    this.begin({ kind: 'put', body, nodes, need, done, acknowledged: new Set(), ticks: 0 });
  }

  receive(node: NodeId, body: GetOkBody | PutOkBody): void {
    const quorum = this.open.get(body.in_reply_to);
    if (quorum === undefined) return;
    if (quorum.kind === 'gather' && body.type === 'get_ok') this.gathered(quorum, node, body.cells);
    else if (quorum.kind === 'put' && body.type === 'put_ok') this.acknowledged(quorum, node);
  }

  /** True if the timer was one of these. */
  timer(tag: string): boolean {
    if (!tag.startsWith(TAG)) return false;
    const quorum = this.open.get(Number(tag.slice(TAG.length)));
    if (quorum === undefined) return true;
    if (++quorum.ticks < TICKS) {
      const answered = quorum.kind === 'gather' ? quorum.held : quorum.acknowledged;
      const waiting = quorum.kind === 'put' || !quorum.decided;
      this.wake(quorum);
      if (waiting) for (const node of quorum.nodes) if (!answered.has(node)) this.send(node, quorum.body);
    } else {
      this.end(quorum);
      if (quorum.kind === 'put' || !quorum.decided) quorum.done(undefined);
    }
    return true;
  }

  private begin(quorum: Gather | Put): void {
    this.open.set(quorum.body.msg_id, quorum);
    this.wake(quorum);
    for (const node of quorum.nodes) this.send(node, quorum.body);
  }

  private gathered(gather: Gather, node: NodeId, cells: readonly Cell[]): void {
    if (gather.held.has(node)) return;
    gather.held.set(node, new Map(cells.map((cell) => [cell.name, cell])));
    for (const cell of cells)
      if (newer(cell, gather.newest.get(cell.name))) gather.newest.set(cell.name, cell);
    const decides = !gather.decided && gather.held.size >= gather.need;
    if (decides) gather.decided = true;
    if (gather.decided && gather.repair) this.repair(gather);
    if (gather.decided && (!gather.repair || gather.held.size === gather.nodes.length)) this.end(gather);
    if (decides) gather.done({ cells: new Map(gather.newest), node });
  }

  /** Sends each replica that answered what it lacks. Nobody waits for it: the read returns meanwhile. */
  private repair(gather: Gather): void {
    for (const [node, held] of gather.held) {
      const cells: Cell[] = [];
      for (const [name, cell] of gather.newest) {
        if (!newer(cell, held.get(name))) continue;
        held.set(name, cell);
        cells.push(cell);
      }
      if (cells.length > 0) this.send(node, { type: 'put', msg_id: this.next++, cells, repair: true });
    }
  }

  private acknowledged(put: Put, node: NodeId): void {
    put.acknowledged.add(node);
    if (put.acknowledged.size < put.need) return;
    this.end(put);
    put.done(node);
  }

  private wake(quorum: Gather | Put): void {
    this.host.setTimer(TAG + quorum.body.msg_id, this.options.timeout / TICKS);
  }

  private end(quorum: Gather | Put): void {
    this.open.delete(quorum.body.msg_id);
    this.host.clearTimer(TAG + quorum.body.msg_id);
  }
}
