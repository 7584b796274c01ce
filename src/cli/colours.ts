/** Colours on a terminal that wants them: NO_COLOR is honoured (no-color.org), FORCE_COLOR too. */
export function colours(): boolean {
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') return false;
  if (process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== '0') return true;
  return process.stdout.isTTY === true;
}
