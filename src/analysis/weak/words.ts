import { FIRST_LIST, Shape } from '../../history/history.ts';
import type { Json } from '../../history/op.ts';
import { NIL } from '../../history/values.ts';
import { showName } from '../evidence/printable.ts';
import type { WitnessOp } from '../verdict.ts';
import { witnessOp } from '../witness.ts';
import type { Registers } from './registers.ts';
import { INITIAL } from './transactions.ts';

/** Gives the operations of one witness their names, T1, T2, …, in the order in which they are first mentioned. */
export class Cast {
  readonly ops: WitnessOp[] = [];
  private readonly registers: Registers;
  private readonly nameOf = new Map<number, string>();
  private readonly initial: Json;

  constructor(registers: Registers, initial: Json) {
    this.registers = registers;
    this.initial = initial;
  }

  /** The name of a transaction. */
  name(t: number): string {
    return this.nameOfUnit(this.registers.unit[t]!);
  }

  nameOfUnit(unit: number): string {
    const known = this.nameOf.get(unit);
    if (known !== undefined) return known;
    const { history, row } = this.registers.accesses;
    const i = row[unit]!;
    const name = `T${this.ops.length + 1}`;
    this.nameOf.set(unit, name);
    this.ops.push(witnessOp(history, i, name));
    return name;
  }

  process(t: number): number {
    const { history, row } = this.registers.accesses;
    return history.process[row[this.registers.unit[t]!]!]!;
  }

  /** Whether the operation is a single read or write. */
  plain(t: number): boolean {
    const { history, row } = this.registers.accesses;
    return history.shape[row[this.registers.unit[t]!]!] !== Shape.Txn;
  }

  /** ` at n3`, or nothing where no node is named. */
  at(t: number): string {
    const { history, row } = this.registers.accesses;
    const node = history.node[row[this.registers.unit[t]!]!]!;
    return node < 0 ? '' : ` at ${showName(history.nodes[node]!)}`;
  }

  key(key: number): string {
    const id = this.registers.accesses.keyId[key]!;
    return id === NIL ? 'the register' : `key ${this.registers.accesses.history.values.show(id)}`;
  }

  keyValue(key: number): Json {
    return this.registers.accesses.history.values.value(this.registers.accesses.keyId[key]!);
  }

  /** What transaction t left in the key. */
  written(t: number, key: number): Json {
    const access = this.writeOf(t, key);
    return access < 0 ? null : this.valueOf(access);
  }

  writeOf(t: number, key: number): number {
    const { writeStart, writeKey, writeAccess } = this.registers;
    for (let w = writeStart[t]!; w < writeStart[t + 1]!; w++) if (writeKey[w] === key) return writeAccess[w]!;
    return -1;
  }

  valueOf(access: number): Json {
    const { history, value, list } = this.registers.accesses;
    const handle = list === undefined ? 0 : list[access]!;
    if (handle > FIRST_LIST) return history.values.value(value[access]!);
    const offset = history.listOffset[FIRST_LIST - handle]!;
    const elements = history.elements.subarray(offset, offset + history.listLength[FIRST_LIST - handle]!);
    return Array.from(elements, (id) => history.values.value(id));
  }

  /** What read r returned. */
  read(r: number): Json {
    return this.registers.readFrom[r] === INITIAL
      ? this.initial
      : this.valueOf(this.registers.readAccess[r]!);
  }

  /** The place of an access in its transaction; undefined for plain operations. */
  mop(access: number): number | undefined {
    const { start, unit, history, row } = this.registers.accesses;
    const u = unit[access]!;
    return access < 0 || history.shape[row[u]!] !== Shape.Txn ? undefined : access - start[u]!;
  }
}

/** A value for people: `nil`, `7`, `"a"`. */
export function show(value: Json): string {
  return value === null ? 'nil' : JSON.stringify(value);
}
