import type { Json } from '../history/op.ts';
import { DURATION_FORM, formatDuration, parseDuration } from '../nanoseconds.ts';
import { type OptionText, plain, range } from '../option-text.ts';

interface Described {
  /** One line: what it means. */
  readonly description: string;
}

export interface NumberOption extends Described {
  readonly kind: 'integer' | 'number';
  readonly minimum?: number;
  readonly default?: number;
}

/** Whole nanoseconds, or a text with a unit like `5ms`. */
export interface DurationOption extends Described {
  readonly kind: 'duration';
  readonly default?: number;
}

export interface BooleanOption extends Described {
  readonly kind: 'boolean';
  readonly default?: boolean;
}

export interface OneOfOption<T extends string = string> extends Described {
  readonly kind: 'one of';
  readonly values: readonly T[];
  readonly default?: T;
}

/** A JSON array of anything. */
export interface ListOption extends Described {
  readonly kind: 'list';
}

/** An option of one check, as data: what it may be, and what is taken where it is not given. Without default, none is. */
export type OwnOption = NumberOption | DurationOption | BooleanOption | OneOfOption | ListOption;

/** What describes an option whose value has the type `T`. */
export type OwnOptionOf<T> = [T] extends [boolean]
  ? BooleanOption
  : [T] extends [number]
    ? NumberOption | DurationOption
    : [T] extends [string]
      ? OneOfOption<T>
      : ListOption;

/** What an initial value may be. */
export type Initial = 'any value' | 'number' | 'list';

export type OwnOptions = { readonly [name: string]: OwnOption };

/** Options as lists and messages tell of them, in the order of their definition. */
export function ownOptionTexts(options: OwnOptions): OptionText[] {
  return Object.entries(options).map(([name, option]) => ({
    name,
    allowed: allowed(option),
    ...given(option),
    description: option.description,
  }));
}

function allowed(option: OwnOption): string {
  if (option.kind === 'one of') return option.values.join(' | ');
  return option.kind === 'integer' || option.kind === 'number'
    ? `${option.kind}${range(option)}`
    : option.kind;
}

function told(option: OwnOption): string {
  return option.kind === 'duration' ? `whole nanoseconds, or ${DURATION_FORM}` : allowed(option);
}

function given(option: OwnOption): { default?: string } {
  if (option.kind === 'list' || option.default === undefined) return {};
  return { default: option.kind === 'duration' ? formatDuration(option.default) : plain(option.default) };
}

/**
 * The values that a check goes by, of those that were given for its options: durations as nanoseconds, else as they are.
 *
 * @param name of the check, for messages
 * @throws RangeError for a name that is no option of the check, and for a value that the option does not take
 */
export function readOwnOptions(
  name: string,
  options: OwnOptions,
  values: { readonly [option: string]: Json },
): { readonly [option: string]: Json } {
  const read = Object.entries(values).map(([key, value]): [string, Json] => {
    if (!Object.hasOwn(options, key)) {
      const known = ownOptionTexts(options).map((o) => `${o.name} (${o.allowed})`);
      throw new RangeError(
        `${name} has no option "${key}"; ${known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`}`,
      );
    }
    const option = options[key]!;
    const taken = option.kind === 'duration' ? nanoseconds(value) : value;
    if (!takes(option, taken))
      throw new RangeError(
        `${name}: ${key} is ${typeof value === 'number' ? value : JSON.stringify(value)}; allowed: ${told(option)}`,
      );
    return [key, taken];
  });
  return Object.fromEntries(read);
}

function takes(option: OwnOption, value: Json): boolean {
  switch (option.kind) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'one of':
      return typeof value === 'string' && option.values.includes(value);
    case 'list':
      return Array.isArray(value);
    case 'duration':
      return Number.isSafeInteger(value) && (value as number) >= 0;
    default:
      return (
        typeof value === 'number' &&
        (option.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
        value >= (option.minimum ?? Number.NEGATIVE_INFINITY)
      );
  }
}

/**
 * Looks at the initial value that was given. Null is what is taken where none is.
 *
 * @param name of the check, for messages
 * @param initial absent where the check takes none
 * @throws RangeError for a value that the check does not take
 */
export function readInitial(name: string, initial: Initial | undefined, value: Json | undefined): void {
  if (value === undefined || value === null || initial === 'any value') return;
  if (initial === 'list' && Array.isArray(value)) return;
  if (initial === 'number' && Number.isFinite(value)) return;
  throw new RangeError(
    `${name}: initial is ${typeof value === 'number' ? value : JSON.stringify(value)}; ${initial === undefined ? 'it takes none' : `allowed: ${initial}`}`,
  );
}

/** The value itself where it is no text with a unit. */
function nanoseconds(value: Json): Json {
  try {
    return typeof value === 'string' ? parseDuration(value) : value;
  } catch {
    return value;
  }
}
