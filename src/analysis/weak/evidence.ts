import { grownBytes, grownInts } from '../../history/growable.ts';
import { INITIAL } from './transactions.ts';

/** Why a write must come before the one that was read: the relation between the other writer and the reader. */
export const Rule = {
  /** The reader had, earlier in program order, read something else that the writer wrote. */
  Seen: 1,
  /** The writer comes earlier in the reader's session. */
  Session: 2,
  /** The reader also read something else that the writer wrote. */
  AlsoRead: 3,
  /** The writer is in the reader's causal past. */
  Causal: 4,
  /** Earlier in the reader's session someone read from the writer. */
  SeenBySession: 5,
  /** The reader, or its session before, read from a later write of the writer's session. */
  SessionOfSeen: 6,
  /** The reader, or its session before, read a write whose writer had read (transitively) from the writer. */
  BehindSeen: 7,
  /** The order of versions is known from outside the reads. */
  Known: 8,
} as const;
export type Rule = (typeof Rule)[keyof typeof Rule];

/**
 * What a visibility rule φ demands of the commit order co: wherever t3 reads key x from t1, and another writer t2 of x
 * stands in φ to t3, then t2 must come before t1 (Biswas & Enea, "On the Complexity of Checking Transactional
 * Consistency", OOPSLA 2019, §2).
 *
 * Where t1 is the initial value the demand cannot be met: those are `impossible` already.
 */
export class Evidence {
  count = 0;
  /** t2, t1, the read by t3, and the rule, of each demanded edge. */
  from: Int32Array = new Int32Array(1024);
  to: Int32Array = new Int32Array(1024);
  read: Int32Array = new Int32Array(1024);
  rule: Uint8Array = new Uint8Array(1024);

  /** Reads of the initial value although t2 was visible: flat triples (read, t2, rule). */
  readonly impossible: number[] = [];
  impossibleCount = 0;

  /** Where given, only demands inside one component (none is -1) are kept: no other can lie on a cycle. */
  private readonly component: Int32Array | undefined;

  constructor(component?: Int32Array) {
    this.component = component;
  }

  /** `writer` (t2) must come before `readFrom` (t1). */
  demand(writer: number, readFrom: number, read: number, rule: Rule): void {
    if (readFrom === INITIAL) {
      if (this.impossibleCount++ < 4096) this.impossible.push(read, writer, rule);
      return;
    }
    const component = this.component;
    if (component !== undefined && (component[writer] === -1 || component[writer] !== component[readFrom]))
      return;
    const at = this.count++;
    if (at === this.from.length) {
      this.from = grownInts(this.from, at + 1);
      this.to = grownInts(this.to, at + 1);
      this.read = grownInts(this.read, at + 1);
      this.rule = grownBytes(this.rule, at + 1);
    }
    this.from[at] = writer;
    this.to[at] = readFrom;
    this.read[at] = read;
    this.rule[at] = rule;
  }
}
