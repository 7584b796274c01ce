/** Exit codes of every command. */
export const EXIT = {
  valid: 0,
  invalid: 1,
  unknown: 2,
  nothingTested: 3,
  usage: 254,
  internal: 255,
} as const;

/** A mistake of the user's: told without a stack trace, exit 254. */
export class UsageError extends Error {}
