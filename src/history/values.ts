import type { Json } from './op.ts';

/** The id of `null`: a read that saw nothing. A value like any other, except in an `info` read. */
export const NIL = -1;

const FIRST_INTERNED = 1 << 30;

/**
 * Gives every value of a history an int32 id, so that the hot paths compare ints.
 *
 * Small non-negative integers are their own id (histories are nearly all small integers); `null` is -1; anything else
 * is interned by its canonical JSON text, in order of first appearance, from 2^30 up. Equal ids ⇔ equal values: the
 * integer 1 and the string "1" are different values.
 */
export class ValueTable {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [];

  id(value: Json | undefined): number {
    if (value === null || value === undefined) return NIL;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < FIRST_INTERNED)
      return value;
    return this.intern(canonical(value));
  }

  /** The id of a value given as canonical JSON text. The caller vouches that it is no small integer and not null. */
  intern(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = FIRST_INTERNED + this.texts.length;
    this.ids.set(text, id);
    this.texts.push(text);
    return id;
  }

  /** The id of a value given as canonical JSON text, if it was met already and is interned at all. */
  known(text: string): number | undefined {
    return this.ids.get(text);
  }

  /** Integers beyond 2^53, which no double holds exactly, come back as their digits in a string. */
  value(id: number): Json {
    if (id === NIL) return null;
    if (id < FIRST_INTERNED) return id;
    const text = this.texts[id - FIRST_INTERNED]!;
    const value = JSON.parse(text) as Json;
    return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? text : value;
  }

  /** A value as a person reads it: `nil`, `7`, `"a"`. */
  show(id: number): string {
    if (id === NIL) return 'nil';
    return id < FIRST_INTERNED ? String(id) : this.texts[id - FIRST_INTERNED]!;
  }
}

/** JSON text with object keys sorted, so that equal values have equal texts. */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v as Json)).join(',')}]`;
  const object = value as { readonly [key: string]: Json };
  return `{${Object.keys(object)
    .sort()
    .map((k) => `${JSON.stringify(k)}:${canonical(object[k]!)}`)
    .join(',')}}`;
}
