import type { History } from '../history.ts';
import { EdnReader } from './edn.ts';
import { JsonlReader } from './jsonl.ts';
import type { HistoryReader } from './window.ts';

export type HistoryFormat = 'jsonl' | 'edn';

/** A reader of one format, to be fed bytes. Uncompressed ones: this room does no I/O. */
export function readerFor(format: HistoryFormat): HistoryReader {
  return format === 'edn' ? new EdnReader() : new JsonlReader();
}

/**
 * Which format the text is that begins with these bytes. JSON's records begin with a brace and a quote, EDN's with a
 * brace and a colon or with something that JSON lines never begin with.
 */
export function formatOf(head: Uint8Array): HistoryFormat {
  const text = new TextDecoder().decode(head.subarray(0, 4096)).replace(/^\uFEFF/, '');
  const rest = text.replace(/^(\s|,|;[^\n]*(\n|$))+/, '');
  const record = rest.replace(/^\[\s*/, '');
  if (rest === '' || /^\{\s*"[^"]*"\s*:/.test(record)) return 'jsonl';
  return rest.startsWith('{') && !/^\{[\s,]*[:"#;]/.test(rest) ? 'jsonl' : 'edn';
}

/** Reads a history from text or from all its bytes. Throws HistoryError. */
export function parseHistory(input: string | Uint8Array, format?: HistoryFormat): History {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const reader = readerFor(format ?? formatOf(bytes));
  reader.push(bytes);
  return reader.finish();
}

/**
 * Reads a history from its bytes in pieces of any size, holding no more of them than the longest record: so a file of
 * gigabytes needs only memory for its columns. Rejects with HistoryError.
 */
export async function readHistory(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  format?: HistoryFormat,
): Promise<History> {
  let reader = format === undefined ? null : readerFor(format);
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    reader ??= readerFor(formatOf(chunk));
    reader.push(chunk);
  }
  return (reader ?? readerFor('jsonl')).finish();
}
