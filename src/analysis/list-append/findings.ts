/** Anomalies that take no cycle to see, as micro-operations; words come later, and only for those that are shown. */
export type Finding =
  /** An element of the read was appended by a transaction that failed. */
  | { readonly type: 'G1a'; readonly read: number; readonly append: number }
  /** The last element of the read is not the last that its transaction appended. */
  | { readonly type: 'G1b'; readonly read: number; readonly append: number }
  /** Nobody appended the element that the read shows. */
  | { readonly type: 'garbage-read'; readonly read: number; readonly element: number }
  | { readonly type: 'duplicate-elements'; readonly read: number; readonly element: number }
  /** Neither read is a prefix of the other. */
  | { readonly type: 'incompatible-order'; readonly read: number; readonly other: number }
  /**
   * The read shows `append` right before `earlier`, which the same transaction had appended to the key before. That append left a state with
   * `earlier` and not `append`; the read begins with a state that holds `append` and not `earlier`. As with two reads, neither continues
   * the other, so they are not states of one list.
   */
  | {
      readonly type: 'incompatible-order';
      readonly read: number;
      readonly earlier: number;
      readonly append: number;
    }
  /** The read contradicts what its own transaction had done and seen of the key. */
  | { readonly type: 'internal'; readonly read: number }
  /** The read shows what its own transaction appended after it. */
  | { readonly type: 'future-read'; readonly read: number; readonly append: number }
  /** These all read one version of the key and appended to it: of all but one, the update is lost to the others. */
  | { readonly type: 'lost-update'; readonly reads: readonly number[]; readonly append: readonly number[] }
  /** `append` built on `aborted`; between them are only appends of unknown outcome. */
  | { readonly type: 'dirty-update'; readonly aborted: number; readonly append: number };

/** The first findings of each type, and how many there were. */
export class Findings {
  private readonly keep: number;
  private readonly ignored: (finding: Finding) => boolean;
  readonly counts = new Map<string, number>();
  readonly kept: Finding[] = [];

  constructor(keep: number, ignored: (finding: Finding) => boolean = () => false) {
    this.keep = keep;
    this.ignored = ignored;
  }

  add(finding: Finding): void {
    if (this.ignored(finding)) return;
    const count = (this.counts.get(finding.type) ?? 0) + 1;
    this.counts.set(finding.type, count);
    if (count <= this.keep) this.kept.push(finding);
  }
}
