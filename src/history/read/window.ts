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
/** Bytes of a piece: so many that asking for them takes no time, and few enough to be still in a cache when they are looked at. */
const PIECE = 1 << 22;
/** Bytes in front of a piece, for what is left of the one before it. */
const LEAD = 1 << 16;
const PLACE = LEAD + PIECE + MARGIN;
/** Where unread bytes lie that are in neither of the two places. */
const APART = 2;

/** What a string can hold. */
const LONGEST_TEXT = 0x1fffffe8;

/** Thrown where the bytes so far end inside a form. */
export const INCOMPLETE = new Error('incomplete');

/**
 * A reader that is fed bytes as they come and keeps only those of the record that is not complete yet.
 *
 * Feed it with `push(chunk)`; or, without copying, fill what `room()` gives and say `fed(n)`. Then `finish()`. All three may
 * throw HistoryError. There is room for two pieces, so that one can be filled while the other is read:
 *
 *     let size = await fill(reader.room());
 *     while (size > 0) {
 *       const next = fill(reader.room());
 *       reader.fed(size);
 *       size = await next;
 *     }
 *
 * Memory: the columns, two pieces, and the longest record.
 */
export abstract class HistoryReader {
  protected readonly scanner = Scanner.take();
  /** The scanner's memory, in which all bytes lie. */
  protected bytes = this.scanner.memory.bytes;
  /** Where the pieces go, by turns. */
  private readonly places = this.twoPlaces();
  /** The places that were given out, and how many of them were fed since. */
  private readonly given: Uint8Array[] = [];
  private rooms = 0;
  private feeds = 0;
  /** In which place the unread bytes lie, or APART. */
  private where = 0;
  /** For records that are longer than what is in front of a place. */
  private apart = 0;
  private apartSize = 0;
  /** No byte before this one is to be looked at. */
  private bottom = this.places[0];
  /** The next byte to read, and the end of what can be read. Zeros follow it. */
  protected pos = this.places[0];
  protected limit = this.places[0];
  /** The line at `pos`, from 1, and where it begins. */
  protected line = 1;
  protected lineStart = this.places[0];
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
    for (let at = 0; at < chunk.length; at += PIECE) {
      const piece = chunk.subarray(at, at + PIECE);
      this.room().set(piece);
      this.fed(piece.length);
    }
  }

  /** A place for the next bytes. It may be asked for while the one before is still to be fed. */
  room(): Uint8Array {
    if (this.failure !== null) throw this.failure;
    const place = this.rooms % 2;
    if (this.rooms - this.feeds === 2) throw new Error('both places are given out, and none was fed');
    if (this.where === place) this.orEnd(() => this.leave(place));
    this.rooms++;
    this.renew();
    const at = this.places[place]!;
    return (this.given[place] = this.bytes.subarray(at, at + PIECE));
  }

  /** The first `size` bytes of the place that was given out first, and not fed yet, are there. */
  fed(size: number): void {
    if (this.failure !== null) throw this.failure;
    this.orEnd(() => {
      this.join(this.feeds++ % 2, size);
      const from = this.limit;
      this.limit += size;
      this.bytes.fill(0, this.limit, this.limit + MARGIN);
      this.consume(from);
    });
    this.taken += size;
    if (this.taken >= SAMPLE && this.expected > this.taken) {
      this.recorder.expect(this.taken / this.expected);
      this.expected = 0;
    }
  }

  private twoPlaces(): readonly [number, number] {
    const { memory } = this.scanner;
    const at = memory.reserve(2 * PLACE) + LEAD;
    this.renew();
    this.bytes.fill(0, at, at + MARGIN);
    return [at, at + PLACE];
  }

  /** Makes room in a place where there are unread bytes. */
  private leave(place: number): void {
    if (this.limit - this.pos <= LEAD) this.moveTo(1 - place);
    else this.moveApart(0);
  }

  /** Brings the unread bytes and the `size` new ones of a place together. */
  private join(place: number, size: number): void {
    this.renew();
    const piece = this.given[place]!;
    const at = this.places[place]!;
    // Where the memory is not the scanner's, it was copied while the piece came.
    if (piece.buffer !== this.bytes.buffer && size > 0) this.bytes.set(piece.subarray(0, size), at);
    if (this.where === place) return;
    if (this.limit - this.pos <= LEAD) this.moveTo(place);
    else {
      this.moveApart(size);
      this.renew();
      this.bytes.copyWithin(this.limit, at, at + size);
    }
  }

  /** Moves the unread bytes in front of a place. */
  private moveTo(place: number): void {
    this.bringIn();
    this.move(this.places[place]! - (this.limit - this.pos));
    this.where = place;
  }

  /** Moves the unread bytes to where there is room for any record, and for `size` bytes more. */
  private moveApart(size: number): void {
    this.bringIn();
    const { memory } = this.scanner;
    const needed = this.limit - this.pos + size + MARGIN;
    if (needed > Math.max(this.apartSize, memory.left))
      this.fail(
        'a record for which there is no room: with all lists before it, it takes more than 2 GiB',
        this.pos,
      );
    // A long record that comes piece by piece stays where it is.
    if (this.where === APART && this.pos > this.apart) this.move(this.apart);
    if (needed > this.apartSize) {
      const larger = Math.min(memory.left, Math.ceil(1.5 * needed));
      const from = this.apart;
      this.apart = memory.enlarged(from, this.apartSize, larger);
      this.apartSize = larger;
      if (this.where === APART) this.shift(this.apart - from);
    }
    if (this.where !== APART) this.move(this.apart);
    this.where = APART;
  }

  /** What was allocated meanwhile may have come with other arrays. */
  private renew(): void {
    this.bytes = this.scanner.memory.bytes;
  }

  private move(to: number): void {
    this.renew();
    this.bytes.copyWithin(to, this.pos, this.limit);
    this.shift(to - this.pos);
    this.bottom = to;
  }

  private shift(by: number): void {
    this.bottom += by;
    this.pos += by;
    this.limit += by;
    this.lineStart += by;
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
    if (this.failure !== null) throw this.failure;
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

  /** The record at `start`, on the line at hand, is read next. */
  protected readsFrom(start: number): void {
    this.recorder.place = this.line;
    this.recorder.column = start - this.lineStart + 1;
  }

  protected fail(message: string, at: number): never {
    let { line, lineStart } = this;
    if (at < lineStart) {
      for (let i = at; i < lineStart; i++) if (this.bytes[i] === NEWLINE) line--;
      lineStart = Math.max(this.bottom, this.bytes.lastIndexOf(NEWLINE, at - 1) + 1);
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
