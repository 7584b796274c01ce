import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/cluster/storage/crc32.ts';
import {
  CorruptDisk,
  decodeFrames,
  encodeFrame,
  encodeFrames,
  FRAME_HEADER,
} from '../../../src/cluster/storage/frames.ts';
import type { Json } from '../../../src/history/op.ts';

const records = fc.array(fc.jsonValue() as fc.Arbitrary<Json>, { maxLength: 8 });
/** What JSON makes of it: no -0. */
const plain = (value: readonly Json[]): Json[] => JSON.parse(JSON.stringify(value)) as Json[];

describe('crc32', () => {
  it('is that of gzip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (bytes, at) => {
        const cut = at % (bytes.length + 1);
        const whole = crc32(bytes, 0, bytes.length, 0);
        expect(crc32(bytes, cut, bytes.length, crc32(bytes, 0, cut, 0))).toBe(whole);
        expect(whole).toBe(gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8));
      }),
    );
    expect(crc32(new TextEncoder().encode('123456789'), 0, 9, 0)).toBe(0xcbf43926);
  });
});

describe('frames', () => {
  it('what is written is read, and where each record ends', () => {
    fc.assert(
      fc.property(records, (written) => {
        const bytes = encodeFrames(written);
        const decoded = decodeFrames(bytes, bytes.length);
        expect(decoded.records).toEqual(plain(written));
        expect(decoded.validLength).toBe(bytes.length);
        expect(decoded.torn).toBe(false);
        expect(decoded.ends.at(-1) ?? 0).toBe(bytes.length);
      }),
    );
  });

  it('a torn tail is cut off, at any byte', () => {
    fc.assert(
      fc.property(records, fc.nat(), (written, at) => {
        const bytes = encodeFrames(written);
        const kept = bytes.slice(0, at % (bytes.length + 1));
        const { records, validLength, torn, ends } = decodeFrames(kept, 0);
        expect(records).toEqual(plain(written).slice(0, records.length));
        expect(validLength).toBe(ends.at(-1) ?? 0);
        expect(torn).toBe(validLength < kept.length);
        // Nothing whole is cut off.
        const whole = written
          .map((_, n) => encodeFrames(written.slice(0, n + 1)).length)
          .filter((n) => n <= kept.length);
        expect(records.length).toBe(whole.length);
      }),
    );
  });

  it('any damage is found: cut off beyond the synced mark, refused before it', () => {
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(),
        (written, at, flip, mark) => {
          fc.pre(written.length > 0);
          const bytes = encodeFrames(written);
          const { ends } = decodeFrames(bytes, bytes.length);
          const where = at % bytes.length;
          const hit = ends.findIndex((end) => where < end);
          const synced = mark % (written.length + 1);
          const syncedLength = synced === 0 ? 0 : ends[synced - 1]!;
          bytes[where]! ^= flip;
          if (where < syncedLength) expect(() => decodeFrames(bytes, syncedLength)).toThrow(CorruptDisk);
          else {
            const decoded = decodeFrames(bytes, syncedLength);
            expect(decoded.records).toEqual(plain(written).slice(0, hit));
            expect(decoded.torn).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a file shorter than what was synced is refused', () => {
    const bytes = encodeFrames([1, 2, 3]);
    const one = encodeFrame(1).length;
    expect(() => decodeFrames(bytes.subarray(0, one), 2 * one)).toThrow(CorruptDisk);
    expect(() => decodeFrames(new Uint8Array(0), one)).toThrow(/byte 0 of 0/);
    expect(decodeFrames(bytes.subarray(0, one), one).records).toEqual([1]);
  });

  it('zeroes, as a file system may leave after a power failure, are no records', () => {
    const bytes = new Uint8Array(encodeFrame('a').length + 64);
    bytes.set(encodeFrame('a'));
    // A length of 0 with checksum 0 would be a frame if the checksum did not cover the length.
    expect(decodeFrames(bytes, 0)).toMatchObject({ records: ['a'], torn: true });
  });

  it('a good checksum over what is no JSON is a corrupt disk, not an empty one', () => {
    const frame = encodeFrame('ab').slice();
    frame[FRAME_HEADER] = 0x7b;
    const view = new DataView(frame.buffer);
    view.setUint32(4, crc32(frame, FRAME_HEADER, frame.length, crc32(frame, 0, 4, 0)), true);
    expect(() => decodeFrames(frame, 0)).toThrow(CorruptDisk);
  });

  it('garbage never makes a record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeFrames(bytes, 0).records).toEqual([]);
      }),
    );
    const deflated = deflateRawSync(encodeFrames(['x'.repeat(1000)]));
    expect(decodeFrames(deflated, 0).records).toEqual([]);
  });
});
