/** One option of a system, workload, nemesis or check, as people are told of it. */
export interface OptionText {
  readonly name: string;
  readonly allowed: string;
  readonly default?: string;
  readonly description?: string;
}

/** The bounds of a number, to be said after its kind. Bounds beyond a billion are those of the representation, and left out. */
export function range({
  minimum,
  maximum,
}: {
  readonly minimum?: number;
  readonly maximum?: number;
}): string {
  const from = minimum === undefined || minimum < -1e9 ? '' : ` ≥ ${minimum}`;
  const to = maximum === undefined || maximum > 1e9 ? '' : ` ≤ ${maximum}`;
  return `${from}${to}`;
}

/** A value as people type it: texts bare, all else as JSON. */
export function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
