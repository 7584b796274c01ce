import { type Memory, Shared } from '../memory.ts';

/** Places of four bytes, as assembly/rows-layout.ts has them in bytes. */
const LIST = 3;
const List = { notes: 0, room: 1, count: 2 } as const;
const NOTE = 5;
const FIRST = 256;

/** A value that was put off: its row, where it begins and ends, its line, and where that begins. */
export interface PutOff {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly lineStart: number;
}

/** The values of invocations that are put off, in a memory where the scanner adds to them. */
export class PutOffs extends Shared {
  constructor(memory: Memory) {
    super(memory, LIST);
    this.set(List.notes, memory.allocate(4 * NOTE * FIRST));
    this.set(List.room, FIRST);
  }

  get length(): number {
    return this.get(List.count);
  }

  at(i: number): PutOff {
    const { ints } = this.memory;
    const at = (this.get(List.notes) >> 2) + NOTE * i;
    return {
      row: ints[at]!,
      from: ints[at + 1]!,
      to: ints[at + 2]!,
      line: ints[at + 3]!,
      lineStart: ints[at + 4]!,
    };
  }

  /** Only the row: most are asked for no more. */
  rowAt(i: number): number {
    return this.memory.ints[(this.get(List.notes) >> 2) + NOTE * i]!;
  }

  add(row: number, from: number, to: number, line: number, lineStart: number): void {
    const i = this.length;
    if (i === this.get(List.room)) this.enlarge(i);
    this.memory.ints.set([row, from, to, line, lineStart], (this.get(List.notes) >> 2) + NOTE * i);
    this.set(List.count, i + 1);
  }

  clear(): void {
    this.set(List.count, 0);
  }

  private enlarge(room: number): void {
    const size = 4 * NOTE * room;
    this.set(List.notes, this.memory.enlarged(this.get(List.notes), size, 4 * size));
    this.set(List.room, 4 * room);
  }
}
