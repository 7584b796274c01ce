import { z } from 'zod';
import { named } from './drawing.ts';
import type { Nemesis } from './nemesis.ts';
import { aim, TARGETS, targetOption, targetsProblem } from './targets.ts';

const options = z.strictObject({
  target: targetOption,
  mode: z
    .enum(['kill', 'power-failure'])
    .default('kill')
    .describe('kill ends the process, what it wrote stays; power-failure also loses all that was not synced'),
});

export const kill: Nemesis<z.infer<typeof options>> = {
  name: 'kill',
  summary: 'ends nodes without warning and starts them again',
  options,
  needs: ({ mode }) => [mode],
  validate: ({ target }, nodes) => targetsProblem(target, nodes.length),
  fault({ target, mode }, scene) {
    const aimed = aim(scene, named(target, TARGETS));
    if (aimed === undefined) return undefined;
    const { nodes } = aimed;
    return {
      f: mode,
      value: aimed,
      begin: [{ do: mode, nodes }],
      heal: [{ do: 'start', nodes }],
    };
  },
};
