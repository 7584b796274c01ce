import type { NodeId } from '../../cluster/host.ts';
import { Exchange } from './exchange.ts';
import type { LinkAction } from './fabric.ts';
import type { SwitchboardOrder, SwitchboardReport } from './protocol.ts';
import type { Command, Supervision } from './supervision.ts';

const CHILD = 'switchboard';

type Answer = Extract<SwitchboardReport, { readonly type: 'answer' }>;

/** Omit, but of each member of the union by itself. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'order'> : never;

/** The controller's line to the switchboard: orders and their confirmation. Messages of clients go another way. */
export class SwitchboardLine {
  counters: { readonly [name: string]: number } = {};
  private readonly supervision: Supervision;
  private readonly exchange = new Exchange<Answer>();

  constructor(supervision: Supervision) {
    this.supervision = supervision;
  }

  start(command: Command, listening: (port: number) => void, ended: (how: string) => void): void {
    this.supervision.spawn(CHILD, command, {
      told: (what) => {
        const report = what as unknown as SwitchboardReport;
        if (report.type === 'listening') listening(report.port);
        else if (report.type === 'counters') this.counters = report.counters;
        else this.exchange.answered(report.order, report);
      },
      ended: (how) => {
        ended(how);
        this.exchange.abandon();
      },
    });
  }

  /** Connects an incarnation of a node; done when messages pass both ways. */
  attach(
    node: {
      readonly node: NodeId;
      readonly incarnation: number;
      readonly port: number;
      readonly pid: number;
    },
    done: (error?: Error) => void,
  ): void {
    this.ask({ do: 'attach', ...node }, done);
  }

  detach(node: NodeId, done: (error?: Error) => void): void {
    this.ask({ do: 'detach', node }, done);
  }

  /** Does something to links; done when it is in effect. */
  apply(action: LinkAction, done: (error?: Error) => void): void {
    this.ask({ do: 'links', action }, done);
  }

  private ask(what: Unnumbered<SwitchboardOrder>, done: (error?: Error) => void): void {
    this.exchange.ask(
      (order) => this.supervision.tell(CHILD, JSON.parse(JSON.stringify({ ...what, order }))),
      (answer) => {
        if (answer === undefined) done(new Error('the switchboard has ended'));
        else done(answer.error === undefined ? undefined : new Error(answer.error));
      },
    );
  }
}
