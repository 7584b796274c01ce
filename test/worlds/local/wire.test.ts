import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../src/cluster/host.ts';
import { Outbox } from '../../../src/worlds/process/outbox.ts';
import {
  BadFrame,
  FrameReader,
  MAX_FRAME,
  messageText,
  parseHello,
  parseMessage,
  routeOf,
} from '../../../src/worlds/process/wire.ts';
import { until } from './harness.ts';

/** What an outbox hands to its connection, as one string of bytes. */
async function framed(texts: readonly string[]): Promise<Buffer> {
  const stream = new PassThrough({ highWaterMark: 1e9 });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const outbox = new Outbox(stream, Number.POSITIVE_INFINITY);
  for (const text of texts) expect(outbox.text(text)).toBe(true);
  outbox.flush();
  const length = texts.reduce((sum, text) => sum + 5 + Buffer.byteLength(text), 0);
  await until(() => chunks.reduce((sum, chunk) => sum + chunk.length, 0) === length);
  return Buffer.concat(chunks);
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
        async (texts, cuts) => {
          const bytes = await framed(texts);
          const reader = new FrameReader();
          const read: string[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = cuts[i % cuts.length]!;
            reader.push(bytes.subarray(at, at + size), (text) => read.push(text.toString('utf8')));
            at += size;
          }
          expect(read).toEqual(texts.map((text) => Buffer.from(text).toString('utf8')));
        },
      ),
    );
  });

  it('of any size up to the limit pass, and none beyond', async () => {
    const stream = new PassThrough();
    stream.resume();
    const outbox = new Outbox(stream, Number.POSITIVE_INFINITY);
    expect(outbox.bytes(Buffer.alloc(MAX_FRAME))).toBe(true);
    expect(outbox.bytes(Buffer.alloc(MAX_FRAME + 1))).toBe(false);
  });

  it('that do not fit into the queue are refused until there is room', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const outbox = new Outbox(stream, 250);
    expect(outbox.text('x'.repeat(95))).toBe(true);
    expect(outbox.text('x'.repeat(95))).toBe(true);
    expect(outbox.text('x'.repeat(95))).toBe(false);
    stream.resume();
    outbox.flush();
    await until(() => stream.writableLength === 0);
    expect(outbox.text('x'.repeat(95))).toBe(true);
  });

  it('of another version, or too long, are refused at their header', () => {
    const nothing = () => {
      throw new Error('no frame was complete');
    };
    expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 0, 2]), nothing)).toThrow(BadFrame);
    expect(() => new FrameReader().push(Buffer.from([1, 0, 0, 1, 1]), nothing)).toThrow(BadFrame);
  });

  it('random bytes never yield anything but frames or BadFrame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          new FrameReader().push(Buffer.from(noise), (text) => {
            parseMessage(text);
          });
        } catch (error) {
          expect(error).toBeInstanceOf(BadFrame);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('messages', () => {
  it('survive the wire, and their route is read without their body', () => {
    const body: Body = {
      src: 'x',
      type: 'echo',
      msg_id: 3,
      text: '","dest":"n9","body":{',
      odd: [null, { a: 'é' }],
    };
    const text = Buffer.from(messageText('n1', 'c12', body));
    expect(routeOf(text)).toEqual({ src: 'n1', dest: 'c12' });
    expect(parseMessage(text)).toEqual({ src: 'n1', dest: 'c12', body });
  });

  it('of another shape are refused', () => {
    for (const text of [
      '',
      '{}',
      '{"src":"n1","dest":"n2","body":7}',
      '{"src":"n 1","dest":"n2","body":{"type":"a"}}',
      '{"dest":"n2","src":"n1","body":{"type":"a"}}',
      '{"src":"n1","dest":"n2","body":{"type":7}}',
      '{"src":"n1","dest":"n2","body":{"type":"a"}',
    ]) {
      expect(() => parseMessage(Buffer.from(text)), text).toThrow(BadFrame);
    }
  });

  it('greetings need the token', () => {
    const greeting = (token: string) => Buffer.from(JSON.stringify({ token, id: 'n1' }));
    expect(parseHello(greeting('right'), 'right').id).toBe('n1');
    expect(() => parseHello(greeting('wrong'), 'right')).toThrow(BadFrame);
    expect(() => parseHello(Buffer.from('null'), 'right')).toThrow(BadFrame);
    expect(() => parseHello(Buffer.from('{"token":"right"}'), 'right')).toThrow(BadFrame);
  });
});
