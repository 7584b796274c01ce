import { FIRST_LIST, type History, R, Shape } from '../../src/history/history.ts';
import type { HistoryReader } from '../../src/history/read/window.ts';
import type { Draw } from './random-ops.ts';

/** Reads the text in pieces that end anywhere, inside characters too; each may come while the one before it is read. */
export function read(reader: HistoryReader, text: string | Uint8Array, draw: Draw | null): History {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  if (draw === null) reader.push(bytes);
  else if (draw.chance(50)) for (const piece of pieces(bytes, draw)) reader.push(piece);
  else readAhead(reader, [...pieces(bytes, draw)], draw);
  return reader.finish();
}

function* pieces(bytes: Uint8Array, draw: Draw): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + draw.below(draw.chance(50) ? 8 : 300);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Asks for the place of each piece before the one in front of it is fed; the bytes come before, or after. */
export function readAhead(reader: HistoryReader, all: readonly Uint8Array[], draw: Draw): void {
  let room = reader.room();
  if (all.length > 0) room.set(all[0]!);
  for (const [i, piece] of all.entries()) {
    room = reader.room();
    const next = all[i + 1] ?? new Uint8Array();
    const early = draw.chance(50);
    if (early) room.set(next);
    reader.fed(piece.length);
    if (!early) room.set(next);
  }
}

/** Everything that a check could see of a history. */
export function seen(h: History): unknown {
  const rows = Array.from({ length: h.n }, (_, row) => ({
    ...h.op(row),
    outcome: h.outcome[row],
    shape: h.shape[row],
    value: h.value(row),
    error: h.errors.get(row),
  }));
  // Ids of interned values depend on the order in which a reader meets them.
  const mop = (i: number): number | boolean => {
    const v = h.mopVal[i]!;
    return h.mopF[i] === R && v < 0 ? Math.max(v, FIRST_LIST) : v < 1 << 30;
  };
  const unread = rows.map(({ shape }, row) =>
    shape === Shape.Txn ? Array.from({ length: h.x1[row]! }, (_, i) => mop(h.x0[row]! + i)) : [],
  );
  return { rows, unread, nemesis: h.nemesis, records: h.records, warnings: h.warnings };
}

/** The bytes with a few places removed, changed or doubled. */
export function damaged(draw: Draw, text: string): Uint8Array {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  for (let i = draw.below(4); i >= 0; i--) {
    const at = draw.below(bytes.length + 1);
    const kind = draw.below(4);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1)
      bytes = new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1 + draw.below(9))]);
    else if (kind === 2) bytes[at] = draw.below(256);
    else
      bytes = new Uint8Array([
        ...bytes.slice(0, at),
        draw.one([...'[]{}(),:"\\#;0n'].map((c) => c.charCodeAt(0))),
        ...bytes.slice(at),
      ]);
  }
  return bytes;
}
