import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/history/op.ts';
import { judge } from './judge.ts';
import { between, manyFaults, Trial, type TrialSetup } from './trial.ts';

const SEEDS = 40;

type Setup = Omit<TrialSetup, 'seed'>;

/** What is wrong in the first seed in which anything is. */
function found(setup: Setup, options: { readonly [name: string]: Json }): string[] {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const wrong = judge(new Trial({ ...setup, seed, options: { ...setup.options, ...options } }).run());
    if (wrong.length > 0) return wrong;
  }
  return [];
}

/**
 * One election after the other, messages so slow that several nodes stand in one term, and voters that restart as soon
 * as their vote is on its way: asked again in that term, they must remember.
 */
const AMNESIA: Setup = {
  until: 4e9,
  clients: 1,
  options: { electionTimeout: '60ms', heartbeat: '10ms' },
  faults: (trial) =>
    trial.act(0, { do: 'degrade', links: between(trial.nodes, trial.nodes), delay: [0, 50e6] }),
  onEvent: (trial, { node, event, time }) => {
    const leads = event.type === 'role' && event.role === 'leader';
    if (time > trial.until || (!leads && (event.type !== 'vote' || event.for === node))) return;
    const at = time + (leads ? 50e6 : 2.2e6);
    trial.act(at, { do: 'kill', nodes: [node] });
    trial.act(at, { do: 'start', nodes: [node] });
  },
};

/** Every fault that makes logs differ or nodes start anew. */
const WRECK: Setup = {
  options: { snapshotEvery: 40 },
  faults: (trial) =>
    manyFaults(trial, ['halves', 'leader-alone', 'kill-leader', 'power', 'power-all', 'kill']),
};

describe('named bugs are found, where the protocol without them passes', () => {
  it.each([
    ['vote-not-persisted', AMNESIA, /both lead term|differ at|contradicts/],
    ['no-fsync', WRECK, /lost|differ at|no prefix/],
    ['no-truncate', WRECK, /lost|differ at|no prefix/],
    ['forget-snapshot', WRECK, /lost|no prefix|after \d+ was seen/],
  ] as const)('bug=%s', (bug, setup, finding) => {
    expect(found(setup, {})).toEqual([]);
    expect(found(setup, { bug }).join('\n')).toMatch(finding);
  });

  it('sessions=false with retries: an element appended twice, in the log of every node', () => {
    const setup: Setup = { faults: (trial) => manyFaults(trial, ['loss', 'pause-leader', 'one-way']) };
    expect(found(setup, {})).toEqual([]);
    expect(found(setup, { sessions: false }).join('\n')).toMatch(/there twice/);
    // Without retries nothing is sent twice, and nothing done twice.
    expect(found(setup, { sessions: false, retries: 0 })).toEqual([]);
  });
});
