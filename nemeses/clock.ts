import { z } from 'zod';
import { duration, formatDuration } from '../src/duration.ts';
import type { Action } from '../src/worlds/world.ts';
import { between, logarithmic, named, namesOption, pick } from './drawing.ts';
import type { Fault, Nemesis, Scene } from './nemesis.ts';
import { aim, TARGETS, targetOption, targetsProblem } from './targets.ts';

const KINDS = ['bump', 'drift', 'strobe'] as const;

/** Rates are drawn in steps of 1/1000, which keeps them exact and readable. */
const STEPS = 1000;

const options = z.strictObject({
  kinds: namesOption(
    KINDS,
    'bump moves the wall clock, drift changes the rate of both clocks, strobe sends the wall clock to and fro',
  ),
  target: targetOption,
  jump: z
    .tuple([duration, duration])
    .prefault(['10ms', '60s'])
    .describe(
      'smallest and largest jump of a bump or strobe, either way; each doubling is as likely as the next',
    ),
  drift: z
    .tuple([z.number().min(0.25).max(4), z.number().min(0.25).max(4)])
    .default([0.95, 1.05])
    .describe('slowest and fastest rate of a drifting clock against real time, within 0.25 and 4'),
  period: z
    .tuple([duration, duration])
    .prefault(['1ms', '1s'])
    .describe('shortest and longest time between the jumps of a strobe'),
});
type Options = z.infer<typeof options>;

/** Steps below and above a rate of 1 that a drift may take: 1 itself would be no drift. */
function sides([slowest, fastest]: readonly [number, number]) {
  return [
    { least: Math.ceil(slowest * STEPS), most: Math.min(Math.floor(fastest * STEPS), STEPS - 1) },
    { least: Math.max(Math.ceil(slowest * STEPS), STEPS + 1), most: Math.floor(fastest * STEPS) },
  ].filter(({ least, most }) => least <= most);
}

function signedJump(scene: Scene, [least, most]: readonly [number, number]): number {
  const by = logarithmic(scene, 'jump', least, most);
  return scene.draw('back') < 0.5 ? -by : by;
}

/** A strobe that does not jump at least twice while it lasts would be a bump. */
const LEAST_JUMPS = 2;

export const clock: Nemesis<Options> = {
  name: 'clock',
  summary: "moves nodes' wall clocks, makes clocks run fast or slow, then sets them right",
  options,

  needs: ({ kinds }) => named(kinds, KINDS).map((kind) => `clock-${kind}` as const),

  validate({ kinds, target, jump, drift, period }, nodes) {
    const wanted = named(kinds, KINDS);
    for (const [name, [least, most]] of Object.entries({ jump, period }))
      if (least === 0 || least > most)
        return `${name} ${formatDuration(least)} to ${formatDuration(most)}: expected 0 < smallest ≤ largest`;
    if (drift[0] > drift[1]) return `drift ${drift[0]} to ${drift[1]}: the slowest rate is above the fastest`;
    if (wanted.includes('drift') && sides(drift).length === 0)
      return `drift ${drift[0]} to ${drift[1]} leaves no rate that differs from 1 by 0.001 or more`;
    return targetsProblem(target, nodes.length);
  },

  fault({ kinds, target, jump, drift, period }, scene): Fault | undefined {
    const aimed = aim(scene, named(target, TARGETS));
    if (aimed === undefined) return undefined;
    const { nodes } = aimed;
    const kind = pick(scene, 'kind', named(kinds, KINDS));
    const made = (action: Action, detail: { readonly [name: string]: number }): Fault => ({
      f: `clock-${kind}`,
      value: { ...aimed, ...detail },
      begin: [action],
      heal: [{ do: 'reset-clock', nodes }],
    });
    switch (kind) {
      case 'bump': {
        const by = signedJump(scene, jump);
        return made({ do: 'bump', nodes, by }, { by });
      }
      case 'drift': {
        const { least, most } = pick(scene, 'side', sides(drift));
        const rate = between(scene, 'rate', least, most) / STEPS;
        return made({ do: 'drift', nodes, rate }, { rate });
      }
      case 'strobe': {
        const longest = Math.min(period[1], Math.floor(scene.duration / LEAST_JUMPS));
        if (longest < period[0]) return undefined;
        const by = signedJump(scene, jump);
        const every = logarithmic(scene, 'period', period[0], longest);
        return made({ do: 'strobe', nodes, by, period: every }, { by, period: every });
      }
    }
  },
};
