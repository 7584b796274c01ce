import { HistoryBuilder } from '../history/builder.ts';
import type { History } from '../history/history.ts';
import type { Json, NEMESIS, OpType } from '../history/op.ts';

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

/** Characters that may gather before they are written without being asked for. */
const MOST = 1 << 16;

/**
 * Writes the history. Lines gather until `flush`, and the controller flushes before any request of the tick leaves: no
 * crash of the controller can leave a read of a value that nobody wrote. Lines are put together by hand: this is half
 * of what the controller does.
 */
export class Recorder {
  private readonly sink: LineSink;
  private readonly builder = new HistoryBuilder();
  private readonly quotes = new Map<string, string>();
  private text = '';
  private count = 0;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  record(entry: Entry): void {
    const { time, process, type, f, value, workload, error, node, epoch, final } = entry;
    const index = this.count++;
    let line = `{"index":${index},"time":${time},"process":${typeof process === 'number' ? process : this.quoted(process)}`;
    line += `,"type":"${type}","f":${this.quoted(f)},"value":${JSON.stringify(value)}`;
    if (workload !== undefined) line += `,"workload":${this.quoted(workload)}`;
    if (error !== undefined) line += `,"error":${JSON.stringify(error)}`;
    if (node !== undefined) line += `,"node":${this.quoted(node)}`;
    if (epoch !== undefined) line += `,"epoch":${epoch}`;
    if (final !== undefined) line += `,"final":${final}`;
    this.text += `${line}}\n`;
    this.builder.add({ index, time, process, type, f, value, workload, error, node, epoch, final });
    if (this.text.length > MOST) this.flush();
  }

  flush(): void {
    if (this.text === '') return;
    const { text } = this;
    this.text = '';
    this.sink(text);
  }

  history(): History {
    return this.builder.build();
  }

  /** Names stand in every line: they are quoted once. */
  private quoted(name: string): string {
    let quoted = this.quotes.get(name);
    if (quoted === undefined) this.quotes.set(name, (quoted = JSON.stringify(name)));
    return quoted;
  }
}
