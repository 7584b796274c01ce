/** A history that cannot be read or makes no sense, with the place where that shows. Lines and columns count from 1. */
export class HistoryError extends Error {
  readonly line: number;
  /** In bytes of the line. */
  readonly column: number;

  constructor(line: number, column: number, message: string) {
    super(message);
    this.name = 'HistoryError';
    this.line = line;
    this.column = column;
  }
}
