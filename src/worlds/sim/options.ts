/** Every figure of the simulated environment in one plain struct. Times are nanoseconds. */
export interface SimOptions {
  readonly seed: number;
  /** One-way latency of every link, uniform. */
  readonly latency: readonly [min: number, max: number];
  /** How long a write to the page cache takes, uniform. */
  readonly writeLatency: readonly [min: number, max: number];
  /** How long an fsync or an atomic replace takes, uniform. */
  readonly syncLatency: readonly [min: number, max: number];
  /** Messages that a paused node's buffers or a held link keep; what comes after is dropped and counted. */
  readonly queueLimit: number;
  /** Sends every message and disk record through the wire format, to prove that they are plain data. */
  readonly codec: boolean;
}

const MS = 1_000_000;

export const SIM_DEFAULTS: SimOptions = {
  seed: 1,
  latency: [1 * MS, 5 * MS],
  writeLatency: [MS / 50, MS / 10],
  syncLatency: [MS / 2, 2 * MS],
  queueLimit: 10_000,
  codec: false,
};
