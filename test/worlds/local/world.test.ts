import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFixtures, processesOf, TestWorld } from './harness.ts';

let fixtures: string;
beforeAll(() => {
  fixtures = compileFixtures('world');
});

describe('a cluster of echo programs', () => {
  let t: TestWorld;
  beforeAll(async () => {
    t = new TestWorld(fixtures, 'echo');
    expect(await t.setUp()).toBeUndefined();
  });
  afterAll(() => t.dispose());

  it('serves a client', async () => {
    const reply = await t.probe.call('n2', 'echo', { payload: { text: 'für' } });
    expect(reply).toMatchObject({ type: 'echo_ok', payload: { text: 'für' } });
  });

  it('runs every process under its id', () => {
    // Three nodes, a switchboard, a supervisor.
    expect(processesOf(t.world.run)).toHaveLength(5);
  });
});
