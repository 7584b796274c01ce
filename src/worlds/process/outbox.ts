import type { Writable } from 'node:stream';
import { MAX_FRAME, WIRE_HEADER, WIRE_VERSION } from './wire.ts';

const SLAB = 64 * 1024;

/**
 * The sending end of a connection: frames go straight into a slab, and everything sent in one turn leaves in one write
 * at the end of that turn.
 */
export class Outbox {
  private readonly stream: Writable;
  private readonly limit: number;
  private slab = Buffer.allocUnsafe(SLAB);
  /** Where in the slab the bytes begin that are not yet handed to the stream, and where they end. */
  private start = 0;
  private end = 0;
  private scheduled = false;

  /** At most `limit` bytes wait for a peer that does not read. */
  constructor(stream: Writable, limit: number) {
    this.stream = stream;
    this.limit = limit;
  }

  /** Queues a frame of this JSON text; false, and nothing queued, when it is too long or the queue is full. */
  text(json: string): boolean {
    const length = Buffer.byteLength(json);
    if (!this.reserve(length)) return false;
    this.slab.write(json, this.end, length, 'utf8');
    this.end += length;
    return true;
  }

  /** The same for JSON text that is bytes already. */
  bytes(json: Buffer): boolean {
    if (!this.reserve(json.length)) return false;
    this.slab.set(json, this.end);
    this.end += json.length;
    return true;
  }

  /** Hands everything to the stream now. */
  flush(): void {
    this.scheduled = false;
    if (this.end === this.start || this.stream.destroyed) return;
    this.stream.write(this.slab.subarray(this.start, this.end));
    // What was handed over belongs to the stream until it is written: go on behind it.
    this.start = this.end;
  }

  private reserve(length: number): boolean {
    const whole = WIRE_HEADER + length;
    if (length > MAX_FRAME || this.stream.destroyed) return false;
    if (this.stream.writableLength + (this.end - this.start) + whole > this.limit) return false;
    if (this.end + whole > this.slab.length) {
      this.flush();
      this.slab = Buffer.allocUnsafe(Math.max(SLAB, whole));
      this.start = 0;
      this.end = 0;
    }
    this.slab.writeUInt32BE(length, this.end);
    this.slab[this.end + 4] = WIRE_VERSION;
    this.end += WIRE_HEADER;
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(() => this.flush());
    }
    return true;
  }
}
