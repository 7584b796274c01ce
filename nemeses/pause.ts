import { z } from 'zod';
import { named } from './drawing.ts';
import type { Nemesis } from './nemesis.ts';
import { aim, TARGETS, targetOption, targetsProblem } from './targets.ts';

const options = z.strictObject({ target: targetOption });

export const pause: Nemesis<z.infer<typeof options>> = {
  name: 'pause',
  summary: 'stops nodes for a while, as a long garbage collection or a moved virtual machine would',
  options,
  needs: () => ['pause'],
  validate: ({ target }, nodes) => targetsProblem(target, nodes.length),
  fault({ target }, scene) {
    const aimed = aim(scene, named(target, TARGETS));
    if (aimed === undefined) return undefined;
    const { nodes } = aimed;
    return {
      f: 'pause',
      value: aimed,
      begin: [{ do: 'pause', nodes }],
      heal: [{ do: 'resume', nodes }],
    };
  },
};
