import type { Json } from '../../history/op.ts';

/**
 * When a version was written, by the clock of whoever stamped it, and which operation wrote it. Operation ids are unique
 * in a run, so that two versions are never equal unless they are one.
 */
export interface Stamp {
  /** Nanoseconds of some machine's wall clock. */
  readonly time: number;
  readonly op: number;
}

/** One version of one cell. Plain data: it travels in messages and lies on disks as it is. */
export type Cell = {
  /** A space's registers, or a space's sets: see `registers` and `sets`. */
  readonly scope: string;
  readonly name: string;
  readonly value: Json;
  readonly time: number;
  readonly op: number;
};

/** The scope of a space's registers; a register's name in it is its key as JSON text. */
export function registers(space: string): string {
  return `register/${space}`;
}

/** The scope of a space's set; each writer has a cell of its own in it. */
export function sets(space: string): string {
  return `set/${space}`;
}

/** Last write wins: whether `a` replaces `b`. A total order, so that replicas that saw the same versions agree. */
export function newer(a: Stamp, b: Stamp | undefined): boolean {
  return b === undefined || a.time > b.time || (a.time === b.time && a.op > b.op);
}

/** The newest version of each cell. What it holds follows from the set of versions offered, never from their order. */
export class CellTable {
  private readonly scopes = new Map<string, Map<string, Cell>>();

  /** Takes a version if it is newer than what is held; says whether it was. O(1). */
  offer(cell: Cell): boolean {
    let scope = this.scopes.get(cell.scope);
    if (scope === undefined) this.scopes.set(cell.scope, (scope = new Map()));
    if (!newer(cell, scope.get(cell.name))) return false;
    scope.set(cell.name, cell);
    return true;
  }

  get(scope: string, name: string): Cell | undefined {
    return this.scopes.get(scope)?.get(name);
  }

  /** One cell of a scope, or all of them when `name` is null. */
  list(scope: string, name: string | null): Cell[] {
    if (name === null) return [...(this.scopes.get(scope)?.values() ?? [])];
    const cell = this.get(scope, name);
    return cell === undefined ? [] : [cell];
  }
}
