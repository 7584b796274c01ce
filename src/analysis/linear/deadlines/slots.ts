/**
 * Which values are in play: a slot for each value that has calls pending, so that a configuration is as small as the
 * concurrency, not as the number of values. A slot is given back when nothing of its value is pending; no
 * configuration holds anything in it then.
 */
export class Slots {
  /** By value; −1 where it has none. */
  readonly of: Int32Array;
  readonly value: number[] = [];
  /** Calls that keep the slot. */
  readonly users: number[] = [];
  /** Deadlines of the pending ok writes, ascending: bit r of a rank mask is the r-th of them. */
  readonly deadlines: number[][] = [];
  private readonly spare: number[] = [];

  constructor(values: number) {
    this.of = new Int32Array(values).fill(-1);
  }

  get size(): number {
    return this.value.length;
  }

  take(value: number): number {
    let slot = this.of[value];
    if (slot < 0) {
      slot = this.spare.pop() ?? this.value.length;
      this.of[value] = slot;
      this.value[slot] = value;
      this.users[slot] = 0;
      this.deadlines[slot] = [];
    }
    this.users[slot]++;
    return slot;
  }

  give(slot: number, users = 1): void {
    this.users[slot] -= users;
    if (this.users[slot] > 0) return;
    this.of[this.value[slot]] = -1;
    this.spare.push(slot);
  }

  /** Notes a pending ok write; its rank among them. */
  enter(slot: number, deadline: number): number {
    const list = this.deadlines[slot];
    let rank = list.length;
    while (rank > 0 && list[rank - 1] > deadline) rank--;
    list.splice(rank, 0, deadline);
    return rank;
  }

  save(): SavedSlots {
    return {
      value: this.value.slice(),
      users: this.users.slice(),
      deadlines: this.deadlines.map((list) => list.slice()),
      spare: this.spare.slice(),
    };
  }

  restore({ value, users, deadlines, spare }: SavedSlots): void {
    for (let s = 0; s < this.value.length; s++) if (this.users[s] > 0) this.of[this.value[s]] = -1;
    this.value.splice(0, this.value.length, ...value);
    this.users.splice(0, this.users.length, ...users);
    this.deadlines.splice(0, this.deadlines.length, ...deadlines.map((list) => list.slice()));
    this.spare.splice(0, this.spare.length, ...spare);
    for (let s = 0; s < value.length; s++) if (users[s] > 0) this.of[value[s]] = s;
  }
}

export interface SavedSlots {
  readonly value: readonly number[];
  readonly users: readonly number[];
  readonly deadlines: readonly (readonly number[])[];
  readonly spare: readonly number[];
}
