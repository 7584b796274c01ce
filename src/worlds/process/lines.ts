import type { Readable, Writable } from 'node:stream';
import type { Json } from '../../history/op.ts';

/**
 * JSON lines over a pipe, the out-of-band channel between the processes of a run. Only processes of ours hold its ends,
 * so a line that is no JSON is an error of ours and thrown.
 */
export function readLines(from: Readable, each: (line: string) => void): void {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (chunk: string) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      each(rest + chunk.slice(start, end));
      rest = '';
      start = end + 1;
    }
    rest += chunk.slice(start);
  });
}

/** Writes JSON lines; those of one turn leave in one write. */
export class LineWriter {
  private readonly to: Writable;
  private readonly limit: number;
  private pending = '';

  /** `limit`: bytes that may wait for a reader that does not read. */
  constructor(to: Writable, limit = Number.POSITIVE_INFINITY) {
    this.to = to;
    this.limit = limit;
  }

  /** False when the line was dropped because the queue is full. */
  write(value: Json | object): boolean {
    return this.writeText(JSON.stringify(value));
  }

  writeText(json: string): boolean {
    if (this.to.destroyed || this.to.writableLength + this.pending.length > this.limit) return false;
    if (this.pending === '') process.nextTick(() => this.flush());
    this.pending += `${json}\n`;
    return true;
  }

  flush(): void {
    if (this.pending !== '' && this.to.writable) this.to.write(this.pending);
    this.pending = '';
  }
}
