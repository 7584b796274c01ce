import { HistoryBuilder } from '../history/builder.ts';
import type { History } from '../history/history.ts';
import type { Json, NEMESIS, Op, OpType } from '../history/op.ts';

/** Takes whole lines; they are with the kernel (or wherever they belong) when it returns. */
export type LineSink = (text: string) => void;

/** An operation's record before it has its index. */
export interface Entry {
  readonly time: number;
  readonly process: number | typeof NEMESIS;
  readonly type: OpType;
  readonly f: string;
  readonly value: Json;
  readonly workload?: string;
  readonly error?: Json;
  readonly node?: string;
  readonly epoch?: number;
  readonly final?: boolean;
}

/**
 * Writes the history. Lines gather until `flush`, and the controller flushes before any request of the tick leaves: no
 * crash of the controller can leave a read of a value that nobody wrote.
 */
export class Recorder {
  private readonly sink: LineSink;
  private readonly builder = new HistoryBuilder();
  private lines: string[] = [];
  private count = 0;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  record(entry: Entry): void {
    const op: Op = { index: this.count++, ...entry };
    this.lines.push(JSON.stringify(op));
    this.builder.add(op);
  }

  flush(): void {
    if (this.lines.length === 0) return;
    const text = `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.sink(text);
  }

  history(): History {
    return this.builder.build();
  }
}
