/** Every figure of the local world in one plain struct. Times are nanoseconds. */
export interface LocalOptions {
  readonly seed: number;
  /** One-way latency of every link, uniform; the switchboard adds its own, well under a millisecond and a half. */
  readonly latency: readonly [min: number, max: number];
  /** Bytes that wait on a link or for a process; what comes after is dropped and counted. */
  readonly queueLimit: number;
  /** How often a power failure leaves a part of a file's unsynced tail. */
  readonly tear: number;
  /** How long a node may take to start. */
  readonly startLimit: number;
  /** How long an action may take to be confirmed: a paused node answers only when it is resumed. */
  readonly patience: number;
}

const SECOND = 1_000_000_000;
const MS = 1_000_000;

export const LOCAL_DEFAULTS: LocalOptions = {
  seed: 1,
  latency: [1 * MS, 5 * MS],
  queueLimit: 8 * 1024 * 1024,
  tear: 0.5,
  startLimit: 30 * SECOND,
  patience: 10 * SECOND,
};
