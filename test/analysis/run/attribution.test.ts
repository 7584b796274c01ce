import { describe, expect, it } from 'vitest';
import { attribute } from '../../../src/analysis/run/attribution.ts';
import type { NodeEvent } from '../../../src/analysis/run/split-brain.ts';
import { set } from '../../../src/analysis/sets/set.ts';
import type { Anomaly } from '../../../src/analysis/verdict.ts';
import { alone, history } from '../sets/lines.ts';

/** Two writes that n1 acknowledged in epoch 1 and that no final read has. */
function lost(): Anomaly {
  const h = history(
    ...alone(0, 'add', 1, { node: 'n1', epoch: 1 }),
    ...alone(0, 'add', 2, { node: 'n1', epoch: 1 }),
    ...alone(1, 'read', [], { node: 'n2', final: true }),
  );
  return set.judge(h).anomalies[0];
}

const event = (time: number, node: string, fields: NodeEvent['event']): NodeEvent => ({
  time,
  node,
  event: fields,
});
const lines = (anomaly: Anomaly, ...events: NodeEvent[]) =>
  attribute(anomaly, events).message.split('\n').slice(1);

describe('attribution of lost writes', () => {
  it('says who acknowledged them, in which epoch, and who led next', () => {
    const told = lines(
      lost(),
      event(0, 'n1', { type: 'role', role: 'leader', epoch: 1 }),
      event(2.5e9, 'n2', { type: 'role', role: 'leader', epoch: 2 }),
      event(9e9, 'n3', { type: 'role', role: 'leader', epoch: 3 }),
    );
    expect(told).toEqual(['Acknowledged by n1 in epoch 1 (2).', 'n2 led next, in epoch 2, from 2.500 s on.']);
  });

  it('says where the node that acknowledged them cut its log back, and not others', () => {
    const told = lines(
      lost(),
      event(3e9, 'n1', { type: 'truncate', from: 5, to: 9 }),
      event(3e9, 'n1', { type: 'truncate', from: 5, to: 4 }),
      event(4e9, 'n3', { type: 'truncate', from: 5, to: 9 }),
    );
    expect(told.slice(1)).toEqual(['n1 cut its log back at 3.000 s: positions 5 to 9 vanished.']);
  });

  it('says who discarded them', () => {
    const told = lines(
      lost(),
      event(3e9, 'n1', { type: 'discard', writes: [2, 7] }),
      event(4e9, 'n1', { type: 'discard', writes: [8] }),
    );
    expect(told.slice(1)).toEqual(['n1 discarded them at 3.000 s.']);
  });

  it('keeps to what is known: the system that tells nothing, and other anomalies, stay as they are', () => {
    expect(lines(lost())).toEqual(['Acknowledged by n1 in epoch 1 (2).']);
    const h = history(...alone(0, 'add', 1), ...alone(1, 'read', [], { final: true }));
    const nameless = set.judge(h).anomalies[0];
    expect(attribute(nameless, [event(0, 'n1', { type: 'discard', writes: [1] })])).toBe(nameless);
    const other: Anomaly = { ...lost(), type: 'divergence' };
    expect(attribute(other, [])).toBe(other);
  });

  it('leaves operations and details as they were', () => {
    const anomaly = lost();
    const { message, ...rest } = attribute(anomaly, []);
    expect(message.startsWith(anomaly.message)).toBe(true);
    expect({ ...rest, message: anomaly.message }).toEqual(anomaly);
  });
});
