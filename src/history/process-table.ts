import type { Memory } from './memory.ts';

/** Processes from here on are not in the table. */
const MOST = 1 << 20;
const FIRST = 64;

/**
 * By process, a number; 0 where none was set. Processes are nearly consecutive numbers from 0 up, and lie in a table in the memory; those that
 * are too sparse for one go to a map.
 */
export class ProcessTable {
  private readonly memory: Memory;
  private readonly rest = new Map<number, number>();
  /** Where the table is. */
  address: number;
  room = FIRST;

  constructor(memory: Memory) {
    this.memory = memory;
    this.address = memory.allocate(4 * FIRST);
  }

  get(process: number): number {
    if (process < this.room) return this.memory.ints[(this.address >> 2) + process]!;
    return this.rest.get(process) ?? 0;
  }

  /** True when the table has moved. */
  set(process: number, value: number): boolean {
    const moves = process >= this.room && process < Math.min(MOST, 8 * this.room);
    if (moves) this.enlarge(process);
    if (process < this.room) this.memory.ints[(this.address >> 2) + process] = value;
    else this.rest.set(process, value);
    return moves;
  }

  private enlarge(process: number): void {
    const { memory, address, room } = this;
    while (this.room <= process) this.room *= 4;
    this.address = memory.allocate(4 * this.room);
    memory.bytes.copyWithin(this.address, address, address + 4 * room);
    for (const [id, value] of this.rest)
      if (id < this.room) {
        memory.ints[(this.address >> 2) + id] = value;
        this.rest.delete(id);
      }
  }
}
