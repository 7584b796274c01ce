import type { Json } from '../../history/op.ts';
import { crc32 } from './crc32.ts';

/** A synced record does not read back. A node must not start on such a disk: it may have promised what it now forgot. */
export class CorruptDisk extends Error {
  override readonly name = 'CorruptDisk';
}

/** Bytes before the payload: its length, then the CRC-32 of length and payload, both little-endian. */
export const FRAME_HEADER = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of one record: length, checksum, JSON. */
export function encodeFrame(record: Json): Uint8Array {
  const payload = encoder.encode(JSON.stringify(record));
  const frame = new Uint8Array(FRAME_HEADER + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, payload.length, true);
  frame.set(payload, FRAME_HEADER);
  view.setUint32(4, checksum(frame, 0, frame.length), true);
  return frame;
}

/** The bytes of records one after the other, without gaps. */
export function encodeFrames(records: readonly Json[]): Uint8Array {
  const frames = records.map(encodeFrame);
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

export interface Decoded {
  readonly records: readonly Json[];
  /** Where the last good frame ends; the file is to be cut off there. */
  readonly validLength: number;
  /** Where each record's frame ends. */
  readonly ends: readonly number[];
  /** Whether anything followed the last good frame. */
  readonly torn: boolean;
}

/**
 * Reads frames up to the first that is incomplete or fails its checksum. Beyond `syncedLength` that is a torn write and
 * the rest is cut off, whole frames after it included: the disk may have written them in any order, and nobody was told
 * that they were safe.
 *
 * Throws `CorruptDisk` if less than `syncedLength` bytes are good. O(bytes).
 */
export function decodeFrames(bytes: Uint8Array, syncedLength: number): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Json[] = [];
  const ends: number[] = [];
  let at = 0;
  while (at + FRAME_HEADER <= bytes.length) {
    const end = at + FRAME_HEADER + view.getUint32(at, true);
    if (end > bytes.length || view.getUint32(at + 4, true) !== checksum(bytes, at, end)) break;
    records.push(payload(bytes.subarray(at + FRAME_HEADER, end), at));
    ends.push(end);
    at = end;
  }
  if (at < syncedLength)
    throw new CorruptDisk(
      `bad record at byte ${at} of ${bytes.length}, of which ${syncedLength} were synced`,
    );
  return { records, validLength: at, ends, torn: at < bytes.length };
}

/** The checksum covers the length too: a damaged length must not send the reader to a frame that happens to be good. */
function checksum(bytes: Uint8Array, start: number, end: number): number {
  return crc32(bytes, start + FRAME_HEADER, end, crc32(bytes, start, start + 4, 0));
}

function payload(bytes: Uint8Array, at: number): Json {
  try {
    return JSON.parse(decoder.decode(bytes)) as Json;
  } catch (cause) {
    throw new CorruptDisk(`the record at byte ${at} has a good checksum but is no JSON`, { cause });
  }
}
