import type { Json } from '../../history/op.ts';
import { canonical } from '../../history/values.ts';
import { ErrorCode } from '../errors.ts';
import type { Result } from './command.ts';
import { List } from './list.ts';

type Key = string | number;

/** One workload's keys: registers and lists by key, and one set. 1 and "1" are different keys. */
interface Space {
  readonly cells: Map<Key, Json | List>;
  readonly elements: List;
  /** What is in `elements`, by canonical text. */
  readonly members: Set<string | number>;
}

/** Elements in one record of a snapshot, so that records stay small enough for a message. */
const CHUNK = 500;

/**
 * Registers, lists and sets, by space and key. Deterministic: what it holds follows from the commands executed, in
 * their order. A key is a register or a list by what was last done to it: `append` to a register starts a new list.
 *
 * Preconditions: every value has passed `malformed`.
 */
export class Store {
  private readonly spaces = new Map<string, Space>();

  /** O(size of the value), amortised; reading a list or set is O(1). */
  execute(f: string, space: string, value: Json): Result {
    const at = this.space(space);
    switch (f) {
      case 'read':
        return { ok: true, value: read(at, value) };
      case 'write': {
        const [key, written] = value as readonly [Key, Json];
        at.cells.set(key, written);
        return { ok: true, value };
      }
      case 'cas': {
        const [key, [from, to]] = value as readonly [Key, readonly [Json, Json]];
        const found = get(at, key);
        if (!same(found, from))
          return {
            ok: false,
            code: ErrorCode.precondition,
            text: `expected ${show(from)}, had ${show(found)}`,
          };
        at.cells.set(key, to);
        return { ok: true, value };
      }
      case 'add': {
        const member = typeof value === 'number' ? value : canonical(value);
        if (!at.members.has(member)) {
          at.members.add(member);
          at.elements.append(value);
        }
        return { ok: true, value };
      }
      case 'txn':
        return { ok: true, value: transact(at, value as readonly MicroOp[]) };
      default:
        return { ok: false, code: ErrorCode.notSupported, text: `unknown function "${f}"` };
    }
  }

  /** A copy of everything as records, O(state). Lists are shared with the copy, not copied. */
  records(): Json[] {
    const records: Json[] = [];
    for (const [name, space] of this.spaces) {
      for (const [key, cell] of space.cells)
        records.push(cell instanceof List ? ['list', name, key, cell.read()] : ['register', name, key, cell]);
      const elements = space.elements.read();
      for (let i = 0; i < elements.length; i += CHUNK)
        records.push(['elements', name, elements.slice(i, i + CHUNK)]);
    }
    return records;
  }

  /** Takes one record of `records` back; records in their order rebuild the store. False when it is not one of them. */
  restore(record: Json): boolean {
    const [kind, name, key, value] = record as readonly [string, string, Json, Json];
    if (kind === 'list') this.space(name).cells.set(key as Key, new List(value as readonly Json[]));
    else if (kind === 'register') this.space(name).cells.set(key as Key, value);
    else if (kind === 'elements')
      for (const element of key as readonly Json[]) this.execute('add', name, element);
    else return false;
    return true;
  }

  private space(name: string): Space {
    let space = this.spaces.get(name);
    if (space === undefined) {
      space = { cells: new Map(), elements: new List([]), members: new Set() };
      this.spaces.set(name, space);
    }
    return space;
  }
}

type MicroOp = readonly ['r' | 'w' | 'append', Key, Json];

function transact(space: Space, ops: readonly MicroOp[]): Json {
  const done: Json[] = [];
  for (const op of ops) {
    const [kind, key, value] = op;
    if (kind === 'r') done.push([kind, key, get(space, key)]);
    else {
      done.push(op);
      if (kind === 'w') space.cells.set(key, value);
      else {
        const cell = space.cells.get(key);
        if (cell instanceof List) cell.append(value);
        else space.cells.set(key, new List([value]));
      }
    }
  }
  return done;
}

function read(space: Space, value: Json): Json {
  if (value === null) return space.elements.read();
  const key = (value as readonly [Key, Json])[0];
  return [key, get(space, key)];
}

function get(space: Space, key: Key): Json {
  const cell = space.cells.get(key);
  if (cell === undefined) return null;
  return cell instanceof List ? cell.read() : cell;
}

function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b);
}

function show(value: Json): string {
  return value === null ? 'nothing' : canonical(value);
}
