/**
 * Error codes of the Maelstrom protocol (github.com/jepsen-io/maelstrom, doc/protocol.md). A definite error says that
 * the request did not and will not take effect *through this attempt*.
 */
export const ErrorCode = {
  /** Indefinite: no answer in time. */
  timeout: 0,
  notSupported: 10,
  /** Refused for now; a node that does not lead says so with this code and names the leader where it knows one. */
  unavailable: 11,
  malformed: 12,
  /** Indefinite: the node gave up on a request that may yet take effect. */
  crash: 13,
  /** Refused for good: trying again cannot help. */
  abort: 14,
  keyMissing: 20,
  keyExists: 21,
  precondition: 22,
  conflict: 30,
} as const;

/** Whether an error rules out that the attempt it answers takes effect. Unknown codes do not (as in Maelstrom). */
export function isDefinite(code: number): boolean {
  return code === 1 || (code >= 10 && code <= 12) || code === 14 || isVerdict(code);
}

/**
 * Whether an error is what *executing* the request came to (a compare-and-set that did not match), rather than a
 * refusal to execute it. Only the former settles what earlier attempts of the same session and sequence did.
 */
export function isVerdict(code: number): boolean {
  return code >= 20 && code <= 30;
}
