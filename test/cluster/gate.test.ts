import { describe, expect, it } from 'vitest';
import { ErrorCode, isDefinite, isVerdict } from '../../src/cluster/errors.ts';
import { Gate } from '../../src/cluster/gate.ts';
import type { Body, Host } from '../../src/cluster/host.ts';
import type { RequestBody } from '../../src/cluster/wire.ts';

function gate(incarnation: number): { gate: Gate; sent: Body[] } {
  const sent: Body[] = [];
  const host = { id: 'n1', incarnation, send: (_dest: string, body: Body) => sent.push(body) };
  return { gate: new Gate(host as unknown as Host), sent };
}

const request = (msg_id: number, to: number): RequestBody => ({
  type: 'request',
  msg_id,
  to,
  id: 1,
  f: 'read',
  space: 's',
  value: null,
  session: 'c1',
  seq: 1,
  after: 0,
  local: false,
});

describe('the gate', () => {
  it('lets every request in once, and old ones not at all', () => {
    const { gate: it, sent } = gate(0);
    expect([1, 2, 2, 1, 5, 4].map((id) => it.admit('c1', request(id, 0)))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(it.admit('c2', request(1, 0))).toBe(true);
    expect(sent).toEqual([]);
  });

  it('tells its incarnation to those who do not know it, definitely', () => {
    const { gate: it, sent } = gate(2);
    expect(it.admit('c1', request(1, -1))).toBe(false);
    expect(sent).toMatchObject([{ type: 'error', in_reply_to: 1, incarnation: 2 }]);
    expect(isDefinite(sent[0]!.code as number)).toBe(true);
    expect(it.admit('c1', request(2, 2))).toBe(true);
  });

  it('turns away what was meant for an earlier incarnation, which may have executed it', () => {
    const { gate: it, sent } = gate(2);
    expect(it.admit('c1', request(1, 1))).toBe(false);
    expect(isDefinite(sent[0]!.code as number)).toBe(false);
  });
});

describe('error codes', () => {
  it('are definite as in Maelstrom', () => {
    const definite = Object.entries(ErrorCode).filter(([, code]) => isDefinite(code));
    expect(definite.map(([name]) => name)).toEqual([
      'notSupported',
      'unavailable',
      'malformed',
      'abort',
      'keyMissing',
      'keyExists',
      'precondition',
      'conflict',
    ]);
    expect([1000, 13, 0].some(isDefinite)).toBe(false);
    expect([20, 21, 22, 30].every(isVerdict)).toBe(true);
    expect([11, 12, 13, 14].some(isVerdict)).toBe(false);
  });
});
