import { HistoryError } from '../error.ts';
import { History } from '../history.ts';
import { INVOKE, Recorder } from '../recorder.ts';
import { PutOffs } from './put-offs.ts';
import { Scanner } from './scanner.ts';

const NEWLINE = 0x0a;
/** Bytes from which the size of the whole history is guessed. */
const SAMPLE = 1 << 20;
/** Bytes behind the last one read that may be looked at, and must be zero. */
const MARGIN = 64;
const FIRST_WINDOW = 1 << 20;

/** What a string can hold. */
const LONGEST_TEXT = 0x1fffffe8;

/** Thrown where the bytes so far end inside a form. */
export const INCOMPLETE = new Error('incomplete');

/**
 * A reader that is fed bytes as they come and keeps only those of the record that is not complete yet.
 *
 * Feed it with `push(chunk)`; or, without copying, fill `room(size)` and say `fed(n)`. Then `finish()`. All three may
 * throw HistoryError. Memory: the columns, plus the longest record.
 */
export abstract class HistoryReader {
  protected readonly scanner = Scanner.take();
  /** The scanner's memory, in which the window of bytes lies. */
  protected bytes = this.scanner.memory.bytes;
  private window = this.scanner.memory.allocate(FIRST_WINDOW);
  private size = FIRST_WINDOW;
  /** The next byte to read, and the end of what can be read. Zeros follow it. */
  protected pos = this.window;
  protected limit = this.window;
  /** The line at `pos`, from 1, and where it begins. */
  protected line = 1;
  protected lineStart = this.window;
  protected readonly recorder: Recorder;
  /** Values that nearly all are repeated by their completions. The others are read by `bringIn`, before the bytes go. */
  private readonly putOffs: PutOffs;
  private begun = false;
  private expected = 0;
  private taken = 0;
  /** What has ended the reading. */
  private failure: unknown = null;

  /** `spaces`: whether they may separate the elements of lists. */
  protected constructor(spaces: boolean) {
    const { memory, code } = this.scanner;
    this.recorder = new Recorder('line', spaces, memory, code.layOut);
    this.putOffs = new PutOffs(memory);
    this.scanner.serve(this.recorder, this.putOffs.address);
  }

  /** How many bytes will come in all, where that is known: saves copying while the columns grow. */
  expect(bytes: number): void {
    this.expected = bytes;
  }

  push(chunk: Uint8Array): void {
    this.room(chunk.length).set(chunk);
    this.fed(chunk.length);
  }

  /** A place for the next bytes, `size` long. */
  room(size: number): Uint8Array {
    if (this.failure !== null) throw this.failure;
    return this.orEnd(() => this.moved(size));
  }

  fed(size: number): void {
    const from = this.limit;
    this.limit += size;
    this.bytes.fill(0, this.limit, this.limit + MARGIN);
    this.orEnd(() => this.consume(from));
    this.taken += size;
    if (this.taken >= SAMPLE && this.expected > this.taken) {
      this.recorder.expect(this.taken / this.expected);
      this.expected = 0;
    }
  }

  /** The bytes that are left at the beginning of the window, and room for more behind them. */
  private moved(size: number): Uint8Array {
    this.bringIn();
    const kept = this.limit - this.pos;
    const needed = kept + size + MARGIN;
    const { memory } = this.scanner;
    if (needed > Math.max(this.size, memory.left))
      this.fail(
        'a record for which there is no room: with all lists before it, it takes more than 2 GiB',
        this.pos,
      );
    // What was allocated meanwhile may have come with other arrays.
    this.bytes = memory.bytes;
    // A long record that comes piece by piece stays where it is.
    if (this.pos > this.window) this.bytes.copyWithin(this.window, this.pos, this.limit);
    this.lineStart -= this.pos;
    if (needed > this.size) {
      const larger = Math.min(memory.left, Math.ceil(1.5 * needed));
      this.window = memory.enlarged(this.window, this.size, larger);
      this.size = larger;
      this.bytes = memory.bytes;
    }
    this.lineStart += this.window;
    this.pos = this.window;
    this.limit = this.window + kept;
    return this.bytes.subarray(this.limit, this.limit + size);
  }

  /** What goes wrong is the end of this reader: its scanner is free for others. */
  private orEnd<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.close(error);
      throw error;
    }
  }

  private close(failure: unknown): void {
    this.failure = failure;
    this.scanner.giveBack();
  }

  /** The history, when everything was fed. A last record that is cut off becomes a warning. */
  finish(): History {
    this.room(0);
    this.fed(0);
    const history = this.orEnd(() => {
      this.end();
      this.bringIn();
      return new History(this.scanner.release(this.recorder.finish(true)));
    });
    this.close(new Error('this reader has finished'));
    return history;
  }

  /** Puts off the value from `at` to `end`, of the invocation that was committed last, whose staged shape was PUT_OFF. */
  protected putOffValue(at: number, end: number): void {
    this.putOffs.add(this.recorder.lastRow(), at, end, this.line, this.lineStart);
  }

  /** Reads all values that were put off and that no completion has brought since. Clobbers what is staged. */
  protected bringIn(): void {
    const { pos, line, lineStart, recorder, putOffs } = this;
    for (let i = 0, n = putOffs.length; i < n; i++) {
      if (!recorder.isPutOff(putOffs.rowAt(i))) continue;
      const putOff = putOffs.at(i);
      this.pos = putOff.from;
      this.line = putOff.line;
      this.lineStart = putOff.lineStart;
      recorder.begin();
      this.stagePutOff(recorder.fOf(putOff.row), putOff.to);
      recorder.bringIn(putOff.row);
    }
    putOffs.clear();
    this.pos = pos;
    this.line = line;
    this.lineStart = lineStart;
  }

  private stagePutOff(f: number, end: number): void {
    const start = this.pos;
    try {
      this.stageValue(INVOKE, f);
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      this.pos = -1;
    }
    if (this.pos !== end) this.fail('this value does not end where its record goes on', start);
  }

  /** Skips a byte order mark at the beginning. False while there are too few bytes to tell, unless these are the `last`. */
  protected begin(last: boolean): boolean {
    const { bytes, pos } = this;
    if (this.begun) return true;
    if (this.limit - pos < 3 && !last) return false;
    if (bytes[pos] === 0xef && bytes[pos + 1] === 0xbb && bytes[pos + 2] === 0xbf) this.pos += 3;
    this.lineStart = this.pos;
    return (this.begun = true);
  }

  /** Stages the value at `pos` and moves behind it. */
  protected abstract stageValue(type: number, f: number): void;

  /** Reads complete records; the bytes from `fresh` on are new. */
  protected abstract consume(fresh: number): void;

  /** Reads what is left when nothing more will come. */
  protected abstract end(): void;

  protected fail(message: string, at: number): never {
    let { line, lineStart } = this;
    if (at < lineStart) {
      for (let i = at; i < lineStart; i++) if (this.bytes[i] === NEWLINE) line--;
      lineStart = Math.max(this.window, this.bytes.lastIndexOf(NEWLINE, at - 1) + 1);
    }
    throw new HistoryError(line, at - lineStart + 1, message);
  }

  /** The byte at `pos` as messages name it. */
  protected shown(pos: number): string {
    const c = this.bytes[pos]!;
    if (c < 0x20 || c >= 0x7f) return `byte 0x${c.toString(16).padStart(2, '0')}`;
    return c === 0x22 ? `'"'` : `"${String.fromCharCode(c)}"`;
  }

  protected decode(from: number, to: number): string {
    if (to - from > LONGEST_TEXT) this.fail('a text longer than 512 MiB', from);
    const bytes = this.bytes.subarray(from, to);
    try {
      return STRICT.decode(bytes);
    } catch {
      let good = 0;
      let bad = to - from;
      while (bad - good > 1) {
        const middle = (good + bad) >> 1;
        if (decodes(bytes.subarray(0, middle))) good = middle;
        else bad = middle;
      }
      return this.fail('these bytes are not UTF-8', from + good);
    }
  }
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a prefix is UTF-8, except that its last character may be cut. */
function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
