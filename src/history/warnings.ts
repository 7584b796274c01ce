const SHOWN = 8;

/** Collects warnings, the first few of each kind in full and the rest as a number. */
export class Warnings {
  private readonly kinds = new Map<string, { texts: string[]; more: number }>();

  add(kind: string, text: string): void {
    let entry = this.kinds.get(kind);
    if (entry === undefined) this.kinds.set(kind, (entry = { texts: [], more: 0 }));
    if (entry.texts.length < SHOWN) entry.texts.push(text);
    else entry.more++;
  }

  texts(): string[] {
    const all: string[] = [];
    for (const [kind, { texts, more }] of this.kinds) {
      all.push(...texts);
      if (more > 0) all.push(`… and ${more} more of this kind (${kind})`);
    }
    return all;
  }
}
