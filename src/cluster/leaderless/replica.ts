import { ErrorCode } from '../errors.ts';
import { Gate } from '../gate.ts';
import type { Body, DiskImage, DiskResult, Host, Message, NodeId, Replica } from '../host.ts';
import { malformed } from '../kv.ts';
import type { ErrorBody, OkBody } from '../wire.ts';
import { type Cell, CellTable, newer } from './cells.ts';
import type { CoordinateBody, GetBody, GetOkBody, PutBody, PutOkBody } from './messages.ts';
import { type Answer, FUNCTIONS, Operations } from './operations.ts';
import type { LeaderlessOptions } from './options.ts';
import { Quorum } from './quorum.ts';

const FILE = 'cells';

/** A put that is on its way to the disk. */
interface Waiting {
  readonly src: NodeId;
  readonly body: PutBody;
}

/**
 * A node without a leader: it keeps the newest version of each cell, and coordinates the requests of clients that ask
 * it to.
 *
 * A version counts, for answers and for reads alike, from when it is synced. The file is a log of the versions taken.
 */
export class LeaderlessReplica implements Replica {
  private readonly host: Host;
  private readonly gate: Gate;
  private readonly quorum: Quorum;
  private readonly operations: Operations;
  private readonly table = new CellTable();
  /** Puts that came while the disk was busy: they go there together. */
  private arrived: Waiting[] = [];
  private writing: Waiting[] | undefined;

  constructor(host: Host, options: LeaderlessOptions, nodes: readonly NodeId[]) {
    this.host = host;
    this.gate = new Gate(host);
    this.quorum = new Quorum(
      host,
      { timeout: options.quorumTimeout, readRepair: options.readRepair },
      (node, body) => (node === host.id ? this.handle(host.id, body) : host.send(node, body)),
    );
    this.operations = new Operations(this.quorum, options, nodes);
  }

  start(disk: DiskImage): void {
    const records = disk.get(FILE) ?? [];
    for (const record of records) this.table.offer(record as Cell);
    if (this.host.incarnation > 0) this.host.emit({ type: 'recovered', position: records.length });
  }

  receive(message: Message): void {
    this.handle(message.src, message.body);
  }

  timer(tag: string): void {
    this.quorum.timer(tag);
  }

  /**
   * A put whose append failed is not answered. After a failed sync nobody knows what is on the disk, nor would the next
   * sync tell (Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020): the node stops.
   */
  disk(tag: string, result: DiskResult): void {
    const puts = this.writing!;
    if (tag === 'append') {
      if (result.ok) this.host.disk.sync(FILE, 'sync');
      else this.flush();
      return;
    }
    if (!result.ok) throw new Error(`cannot sync ${FILE}: ${result.error}`);
    for (const { src, body } of puts) {
      for (const cell of body.cells) if (!this.table.offer(cell) && !body.repair) this.discarded(cell);
      this.acknowledge(src, body);
    }
    this.flush();
  }

  private handle(src: NodeId, body: Body): void {
    switch (body.type) {
      case 'get': {
        const { msg_id, scope, name } = body as GetBody;
        const answer: GetOkBody = {
          type: 'get_ok',
          in_reply_to: msg_id,
          cells: this.table.list(scope, name),
        };
        this.reply(src, answer);
        break;
      }
      case 'put':
        this.put(src, body as PutBody);
        break;
      case 'get_ok':
      case 'put_ok':
        this.quorum.receive(src, body as GetOkBody | PutOkBody);
        break;
      case 'request':
        this.coordinate(src, body as CoordinateBody);
        break;
    }
  }

  private put(src: NodeId, body: PutBody): void {
    // What is held is on the disk: having something newer, or the very version, is as good as having written it.
    const known = body.cells.every((cell) => !newer(cell, this.table.get(cell.scope, cell.name)));
    if (known) {
      if (!body.repair) for (const cell of body.cells) this.discarded(cell);
      this.acknowledge(src, body);
      return;
    }
    this.arrived.push({ src, body });
    if (this.writing === undefined) this.flush();
  }

  private flush(): void {
    if (this.arrived.length === 0) {
      this.writing = undefined;
      return;
    }
    this.writing = this.arrived;
    this.arrived = [];
    this.host.disk.append(
      FILE,
      this.writing.flatMap(({ body }) => body.cells),
      'append',
    );
  }

  /** Tells of a write that lost to a version with a later stamp; a repeated put finds its own version and is none. */
  private discarded(cell: Cell): void {
    const held = this.table.get(cell.scope, cell.name)!;
    if (held.op === cell.op) return;
    const { op, time } = cell;
    this.host.emit({ type: 'discard', writes: [op], time, by: held.op, byTime: held.time });
  }

  private acknowledge(src: NodeId, body: PutBody): void {
    if (body.repair) return;
    const answer: PutOkBody = { type: 'put_ok', in_reply_to: body.msg_id };
    this.reply(src, answer);
  }

  private reply(dest: NodeId, body: GetOkBody | PutOkBody): void {
    if (dest === this.host.id) this.quorum.receive(dest, body);
    else this.host.send(dest, body);
  }

  private coordinate(src: NodeId, request: CoordinateBody): void {
    if (!this.gate.admit(src, request)) return;
    const { id, f, space, value, session: owner } = request;
    const wrong = FUNCTIONS.includes(f) ? malformed(f, value) : `${f} is not served without a leader`;
    if (wrong !== undefined) {
      this.answer(src, request, { ok: false, code: ErrorCode.notSupported, text: wrong });
      return;
    }
    const stamp = () => request.stamp ?? this.host.wallClock();
    const task = { id, f, space, value, owner, stamp };
    const done = (answer: Answer) => this.answer(src, request, answer);
    if (request.local) this.operations.readAt(task, this.host.id, done);
    else this.operations.run(task, done);
  }

  private answer(dest: NodeId, request: CoordinateBody, answer: Answer): void {
    const common = {
      in_reply_to: request.msg_id,
      epoch: null,
      incarnation: this.host.incarnation,
    };
    if (answer.ok) {
      const body: OkBody = { type: 'ok', value: answer.value, position: 0, ...common };
      this.host.send(dest, body);
    } else {
      const body: ErrorBody = {
        type: 'error',
        code: answer.code,
        text: answer.text,
        leader: null,
        ...common,
      };
      this.host.send(dest, body);
    }
  }
}
