/**
 * A growing list of labelled edges in columns.
 *
 * Vertices 0 … txns−1 are transactions. Vertices from `txns` up are *hubs*: they stand for no transaction but bundle edges.
 * T→H, H→H′, H′→T′ together are one step from T to T′, which keeps orders over n transactions (real time, a session, "before every
 * append that nobody saw") linear where the plain relation is quadratic. All edges at a hub, and at hubs that it reaches, have one
 * label.
 */
export class Edges {
  readonly txns: number;
  vertices: number;
  length = 0;
  src: Int32Array;
  dst: Int32Array;
  label: Uint8Array;
  /** Anything the caller needs to explain the edge later: an index of a micro-operation, say. */
  why: Int32Array;

  constructor(txns: number, capacity = 1024) {
    this.txns = txns;
    this.vertices = txns;
    this.src = new Int32Array(capacity);
    this.dst = new Int32Array(capacity);
    this.label = new Uint8Array(capacity);
    this.why = new Int32Array(capacity);
  }

  /** A new hub. */
  hub(): number {
    return this.vertices++;
  }

  add(from: number, to: number, label: number, why: number): void {
    const i = this.length++;
    if (i === this.src.length) this.grow();
    this.src[i] = from;
    this.dst[i] = to;
    this.label[i] = label;
    this.why[i] = why;
  }

  private grow(): void {
    const capacity = Math.max(1024, this.src.length * 2);
    const widen = <A extends Int32Array | Uint8Array>(old: A, wide: A): A => {
      wide.set(old);
      return wide;
    };
    this.src = widen(this.src, new Int32Array(capacity));
    this.dst = widen(this.dst, new Int32Array(capacity));
    this.label = widen(this.label, new Uint8Array(capacity));
    this.why = widen(this.why, new Int32Array(capacity));
  }
}
