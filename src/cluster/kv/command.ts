import type { Json } from '../../history/op.ts';

/** One thing for the state machine to do, as it stands in a log. Immutable, and plain JSON. */
export type Command = {
  /** The operation's id, unique in the run. */
  readonly id: number;
  readonly session: string;
  /** 0: without a session, executed as often as it is applied. */
  readonly seq: number;
  readonly f: string;
  readonly space: string;
  readonly value: Json;
};

/** What executing a command came to. `value` is the completed value; an error changed nothing. */
export type Result =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly code: number; readonly text: string };

/** Whether executing it can change anything. */
export function isReadOnly(f: string, value: Json): boolean {
  if (f === 'read') return true;
  return f === 'txn' && Array.isArray(value) && value.every((op) => Array.isArray(op) && op[0] === 'r');
}

/** What is wrong with a request, naming what is allowed; undefined when it can be executed. */
export function malformed(f: string, value: Json): string | undefined {
  switch (f) {
    case 'read':
      return value === null || isPair(value) ? undefined : 'read takes [key, null], or null to read a set';
    case 'write':
      return isPair(value) ? undefined : 'write takes [key, value]';
    case 'cas':
      return isPair(value) && Array.isArray(value[1]) && value[1].length === 2
        ? undefined
        : 'cas takes [key, [old, new]]';
    case 'add':
      return value === null ? 'add takes an element' : undefined;
    case 'txn':
      if (Array.isArray(value) && value.every(isMicroOp)) return undefined;
      return 'txn takes a list of ["r", key, null], ["w", key, value] and ["append", key, value]';
    default:
      return `unknown function "${f}": read, write, cas, add and txn are served`;
  }
}

function isPair(value: Json): value is readonly [Json, Json] {
  return Array.isArray(value) && value.length === 2 && isKey(value[0]);
}

function isMicroOp(op: Json): boolean {
  if (!Array.isArray(op) || op.length !== 3 || !isKey(op[1])) return false;
  return op[0] === 'r' || op[0] === 'w' || op[0] === 'append';
}

function isKey(key: Json | undefined): key is string | number {
  return typeof key === 'number' || typeof key === 'string';
}
