import { z } from 'zod';
import { named, namesOption, pick, shuffled } from './drawing.ts';
import type { Nemesis } from './nemesis.ts';
import { type Cut, cut, type Direction, SHAPES, SMALLEST } from './shapes.ts';

const DIRECTIONS = ['both', 'in', 'out'] as const satisfies readonly Direction[];
/** By default every other cut is a whole one. */
const OFTEN: readonly Direction[] = ['both', 'both', 'in', 'out'];

const options = z.strictObject({
  shape: namesOption(SHAPES, 'who is parted from whom'),
  direction: namesOption(
    DIRECTIONS,
    'which way is closed, as the lesser side sees it: both ways, in (it hears nothing), out (it is not heard)',
  ),
  held: z
    .boolean()
    .default(false)
    .describe('keep what is sent across and deliver it after the heal, as TCP would, instead of dropping it'),
});

export const partition: Nemesis<z.infer<typeof options>> = {
  name: 'partition',
  summary: 'cuts the network between nodes, whole or one way',
  options,
  needs: ({ held }) => (held ? ['cut', 'hold'] : ['cut']),

  validate({ shape }, nodes) {
    const n = nodes.length;
    if (n < 2) return 'a partition takes at least 2 nodes';
    const small = shape === undefined ? undefined : named(shape, SHAPES).find((s) => SMALLEST[s] > n);
    return small && `shape ${small} takes at least ${SMALLEST[small]} nodes, there are ${n}`;
  },

  fault({ shape, direction, held }, scene) {
    const possible = named(shape, SHAPES).filter((s) => SMALLEST[s] <= scene.nodes.length);
    const way = pick(scene, 'direction', named(direction, OFTEN));
    // A cut between nodes that are down, or cut off already, would change nothing.
    const matters = (made: Cut) =>
      made.links.some(([from, to]) => scene.healthy.includes(from) && scene.healthy.includes(to));
    for (const drawn of shuffled(scene, 'shape', possible)) {
      const made = cut(scene, drawn, way);
      if (made === undefined || !matters(made)) continue;
      const { sides, bridge, links } = made;
      return {
        f: `partition-${drawn}`,
        value: { sides, ...(bridge === undefined ? {} : { bridge }), direction: way, held },
        begin: [{ do: 'cut', links, ...(held ? { held } : {}) }],
        heal: [{ do: 'mend', links }],
      };
    }
    return undefined;
  },
};
