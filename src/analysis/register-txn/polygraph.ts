import { type Steps, spend } from '../graph/steps.ts';

/**
 * Two versions of one key of which either may come first. Each choice brings edges: flat pairs (u, v) of nodes, "u must come before v".
 */
export interface Choice {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** What came of solving: `cut` when the steps or the time ran out, or tables would outgrow what they may. */
export type Solution = 'yes' | 'no' | 'cut';

/** Steps between two looks at the clock: some milliseconds. */
const POLL = 1 << 20;

/**
 * A graph with choices (Papadimitriou 1979: a polygraph): can every choice be made so that no cycle arises? A choice of
 * which one side would close a cycle is forced to the other until nothing is forced any more; then one is tried both ways.
 *
 * Reachability is kept closed, as a row of bits a node: n²/8 bytes, copied once for each choice that is tried. One
 * step is one word of a row.
 */
export class Polygraph {
  private readonly nodes: number;
  private readonly words: number;
  private rows: Int32Array;
  /** Choices that were made, one way or the other, or that could not be: of a contradiction, the only ones that have a part in it. */
  readonly used = new Set<Choice>();
  /** Steps since the last look at the clock, and what took as long. */
  private unpolled = 0;

  constructor(nodes: number) {
    this.nodes = nodes;
    this.words = (nodes + 31) >> 5;
    this.rows = new Int32Array(nodes * this.words);
  }

  /** Bytes of one closure of that many nodes. */
  static bytes(nodes: number): number {
    return nodes * ((nodes + 31) >> 5) * 4;
  }

  /**
   * Starts from these edges, flat pairs: the closure in one pass against a topological order. False when they have a cycle. Where
   * the allowance ends meanwhile it is not complete, and solving is cut at once. O(E · nodes / 32).
   */
  close(edges: Int32Array, allowance: Steps): boolean {
    const { nodes, words, rows } = this;
    const start = new Int32Array(nodes + 1);
    const waiting = new Int32Array(nodes);
    for (let i = 0; i < edges.length; i += 2) {
      start[edges[i]! + 1]!++;
      waiting[edges[i + 1]!]!++;
    }
    for (let v = 0; v < nodes; v++) start[v + 1]! += start[v]!;
    const cursor = start.slice(0, nodes);
    const to = new Int32Array(edges.length / 2);
    for (let i = 0; i < edges.length; i += 2) to[cursor[edges[i]!]!++] = edges[i + 1]!;
    const order = new Int32Array(nodes);
    let tail = 0;
    for (let v = 0; v < nodes; v++) if (waiting[v] === 0) order[tail++] = v;
    for (let head = 0; head < tail; head++)
      for (let e = start[order[head]!]!; e < start[order[head]! + 1]!; e++)
        if (--waiting[to[e]!]! === 0) order[tail++] = to[e]!;
    if (tail < nodes) return false;
    for (let o = nodes - 1; o >= 0 && allowance.left > 0; o--) {
      const at = order[o]! * words;
      for (let e = start[order[o]!]!; e < start[order[o]! + 1]!; e++) {
        const from = to[e]! * words;
        for (let i = 0; i < words; i++) rows[at + i]! |= rows[from + i]!;
        rows[at + (to[e]! >> 5)]! |= 1 << (to[e]! & 31);
      }
      this.spend(allowance, (start[order[o]! + 1]! - start[order[o]!]!) * words);
    }
    return true;
  }

  /** Takes steps off, and all that are left when the time ran out. */
  private spend(allowance: Steps, steps: number): void {
    this.unpolled += steps;
    if (this.unpolled < POLL) allowance.left -= steps;
    else {
      this.unpolled = 0;
      spend(allowance, steps);
    }
  }

  reaches(u: number, v: number): boolean {
    return (this.rows[u * this.words + (v >> 5)]! & (1 << (v & 31))) !== 0;
  }

  /** Adds u before v and all that follows. False when v is before u already (or is u): a cycle. */
  add(u: number, v: number, allowance: Steps): boolean {
    if (u === v || this.reaches(v, u)) return false;
    if (this.reaches(u, v)) return true;
    const { nodes, words, rows } = this;
    const from = v * words;
    const word = u >> 5;
    const bit = 1 << (u & 31);
    let spent = 0;
    for (let p = 0; p < nodes; p++) {
      if (p !== u && (rows[p * words + word]! & bit) === 0) continue;
      const at = p * words;
      for (let i = 0; i < words; i++) rows[at + i]! |= rows[from + i]!;
      rows[at + (v >> 5)]! |= 1 << (v & 31);
      spent += words;
    }
    // To find who is before u takes time, but is no step.
    this.unpolled += nodes;
    this.spend(allowance, spent);
    return true;
  }

  /** Whether making these edges true would close a cycle at once. */
  private impossible(edges: Int32Array): boolean {
    for (let i = 0; i < edges.length; i += 2)
      if (edges[i] === edges[i + 1] || this.reaches(edges[i + 1]!, edges[i]!)) return true;
    return false;
  }

  private addAll(edges: Int32Array, allowance: Steps): boolean {
    for (let i = 0; i < edges.length && allowance.left > 0; i += 2)
      if (!this.add(edges[i]!, edges[i + 1]!, allowance)) return false;
    return true;
  }

  private settled(edges: Int32Array): boolean {
    for (let i = 0; i < edges.length; i += 2) if (!this.reaches(edges[i]!, edges[i + 1]!)) return false;
    return true;
  }

  /** Makes all forced choices; gives those that remain open, or null on a contradiction. */
  private propagate(choices: readonly Choice[], allowance: Steps): readonly Choice[] | null {
    let open = choices;
    for (;;) {
      const rest: Choice[] = [];
      let progress = false;
      for (const choice of open) {
        if (allowance.left <= 0) return open;
        this.spend(allowance, (choice.first.length + choice.second.length) >> 1);
        const noFirst = this.impossible(choice.first);
        const noSecond = this.impossible(choice.second);
        if (noFirst || noSecond) this.used.add(choice);
        if (noFirst && noSecond) return null;
        if (noFirst || noSecond) {
          if (!this.addAll(noFirst ? choice.second : choice.first, allowance)) return null;
          progress = true;
        } else if (!this.settled(choice.first) && !this.settled(choice.second)) rest.push(choice);
      }
      if (!progress) return rest;
      open = rest;
    }
  }

  /** Decides the polygraph. Destroys its closure. Also cut when more than `tableBytes` of closures would have to be kept. */
  solve(choices: readonly Choice[], allowance: Steps, tableBytes: number): Solution {
    const depth = Math.max(4, Math.floor(tableBytes / Polygraph.bytes(this.nodes)) - 2);
    interface Frame {
      readonly rows: Int32Array;
      readonly open: readonly Choice[];
    }
    const stack: Frame[] = [];
    let open = this.propagate(choices, allowance);
    for (;;) {
      if (!spend(allowance, 0)) return 'cut';
      if (open === null) {
        const frame = stack.pop();
        if (frame === undefined) return 'no';
        // The first way of this choice failed under what was settled before it: the second is forced.
        this.rows = frame.rows;
        open = this.addAll(frame.open[0]!.second, allowance)
          ? this.propagate(frame.open.slice(1), allowance)
          : null;
        continue;
      }
      if (open.length === 0) return 'yes';
      if (stack.length >= depth) return 'cut';
      this.used.add(open[0]!);
      stack.push({ rows: this.rows.slice(), open });
      allowance.left -= this.rows.length >> 3;
      open = this.addAll(open[0]!.first, allowance) ? this.propagate(open.slice(1), allowance) : null;
    }
  }
}
