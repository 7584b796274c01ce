import type { Body, Message, NodeId } from '../../cluster/host.ts';

/** First byte of every frame: a peer that speaks another version is refused, not misread. */
export const WIRE_VERSION = 1;

/** Bytes before the JSON text: the length of what follows them, less the version (big-endian), then the version. */
export const WIRE_HEADER = 5;

/** The longest JSON text a frame may carry, in bytes. A snapshot that is larger travels in chunks. */
export const MAX_FRAME = 16 * 1024 * 1024;

/** What came is no frame of ours. The connection cannot be trusted any more and is closed. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame';
}

/** An id in a frame needs no escapes, so that a router can find it without parsing the body. */
const ID = /^[\w.-]{1,64}$/;

export function isWireId(id: string): boolean {
  return ID.test(id);
}

/**
 * The JSON text of a message. Source and destination come first and in this order, whatever their order in memory:
 * `routeOf` relies on it.
 */
export function messageText(src: NodeId, dest: NodeId, body: Body): string {
  return `{"src":"${src}","dest":"${dest}","body":${JSON.stringify(body)}}`;
}

const ROUTE = /^\{"src":"([\w.-]{1,64})","dest":"([\w.-]{1,64})","body":\{/;
const LONGEST_ROUTE = '{"src":"","dest":"","body":{'.length + 2 * 64;

/** From where to where a message goes, in O(1): its body is not looked at. Throws `BadFrame`. */
export function routeOf(text: Buffer): { readonly src: NodeId; readonly dest: NodeId } {
  const match = ROUTE.exec(text.toString('latin1', 0, LONGEST_ROUTE));
  if (match === null) throw new BadFrame('a frame that is no message');
  return { src: match[1]!, dest: match[2]! };
}

/** Throws `BadFrame` where the text is no message. */
export function parseMessage(text: Buffer): Message {
  const { src, dest } = routeOf(text);
  const { body } = parseText(text) as { body: Body };
  if (typeof body.type !== 'string') throw new BadFrame('a message whose body has no type');
  return { src, dest, body };
}

/** The first frame on a connection: who speaks. The token keeps out whoever does not belong to this run. */
export interface Hello {
  readonly token: string;
  readonly id: string;
}

/** Throws `BadFrame` unless the text is a greeting with this token. */
export function parseHello(text: Buffer, token: string): Hello {
  const hello = parseText(text) as Partial<Hello> | null;
  if (typeof hello?.id !== 'string' || hello.token !== token) throw new BadFrame('no greeting of this run');
  return { token, id: hello.id };
}

function parseText(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new BadFrame('a frame that is no JSON', { cause });
  }
}

/** Cuts a byte stream into frames. Bytes are copied only where a frame spans chunks. */
export class FrameReader {
  private parts: Buffer[] = [];
  private have = 0;
  /** Bytes that must be there before anything can be said. */
  private need = WIRE_HEADER;

  /**
   * Calls `each` with the JSON text of every frame that is complete now; the buffer is a view of the chunk. Throws
   * `BadFrame` on a wrong version or length, and whatever `each` throws: the reader is not to be used after that.
   */
  push(chunk: Buffer, each: (text: Buffer) => void): void {
    if (this.have > 0) {
      this.parts.push(chunk);
      this.have += chunk.length;
      // A long frame comes in many chunks: put them together once, not each time.
      if (this.have < this.need) return;
      chunk = Buffer.concat(this.parts, this.have);
      this.parts = [];
      this.have = 0;
    }
    let at = 0;
    this.need = WIRE_HEADER;
    while (chunk.length - at >= WIRE_HEADER) {
      const length = chunk.readUInt32BE(at);
      if (chunk[at + 4] !== WIRE_VERSION)
        throw new BadFrame(`version ${chunk[at + 4]} where ${WIRE_VERSION} is spoken`);
      if (length > MAX_FRAME) throw new BadFrame(`a frame of ${length} bytes; the most is ${MAX_FRAME}`);
      const end = at + WIRE_HEADER + length;
      if (end > chunk.length) {
        this.need = WIRE_HEADER + length;
        break;
      }
      each(chunk.subarray(at + WIRE_HEADER, end));
      at = end;
    }
    if (at < chunk.length) {
      const rest = chunk.subarray(at);
      this.parts.push(rest);
      this.have = rest.length;
    }
  }
}
