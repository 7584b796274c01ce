import type { Link } from '../src/worlds/world.ts';
import { between, pick, shuffled } from './drawing.ts';
import type { Scene } from './nemesis.ts';
import { minorityOf } from './targets.ts';

export const SHAPES = ['halves', 'one', 'majority-minority', 'majorities-ring', 'bridge', 'leader'] as const;
export type Shape = (typeof SHAPES)[number];

/** Nodes it takes for a shape to cut anything and to be what its name says. */
export const SMALLEST: { readonly [shape in Shape]: number } = {
  halves: 2,
  one: 2,
  leader: 2,
  'majority-minority': 3,
  bridge: 3,
  'majorities-ring': 4,
};

/**
 * Which way is closed, as seen from the lesser side: `in`, it hears nothing; `out`, it is not heard; `both`, neither.
 * Where no side is the lesser one, the first named is.
 */
export type Direction = 'both' | 'in' | 'out';

export interface Cut {
  /** The groups that cannot talk to each other, the lesser first; a ring in its order. */
  readonly sides: readonly (readonly string[])[];
  /** Sees everybody. */
  readonly bridge?: string;
  readonly links: readonly Link[];
}

function across(lesser: readonly string[], rest: readonly string[], direction: Direction): Link[] {
  const links: Link[] = [];
  for (const a of lesser)
    for (const b of rest) {
      if (direction !== 'in') links.push([a, b]);
      if (direction !== 'out') links.push([b, a]);
    }
  return links;
}

/** The nodes of `all` in its own order, so that equal cuts read alike. */
function ordered(all: readonly string[], some: readonly string[]): readonly string[] {
  return all.filter((node) => some.includes(node));
}

function twoSides(scene: Scene, lesser: readonly string[], direction: Direction): Cut {
  const near = ordered(scene.nodes, lesser);
  const far = scene.nodes.filter((node) => !lesser.includes(node));
  return { sides: [near, far], links: across(near, far, direction) };
}

/**
 * In a ring each node sees its neighbours up to a distance at which it just has a majority; no two see the same one
 * (after Jepsen's `majorities-ring`). From four nodes on that leaves something to cut.
 */
function ring(scene: Scene, direction: Direction): Cut {
  const order = shuffled(scene, 'ring', scene.nodes);
  const n = order.length;
  const reach = Math.ceil(Math.floor(n / 2) / 2);
  const links: Link[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++)
      if (j - i > reach && n - (j - i) > reach) links.push(...across([order[i]!], [order[j]!], direction));
  return { sides: [order], links };
}

/** A cut of that shape, or nothing when there is nobody to cut off. The cluster is large enough (see `SMALLEST`). */
export function cut(scene: Scene, shape: Shape, direction: Direction): Cut | undefined {
  const { nodes, healthy, leaders } = scene;
  const n = nodes.length;
  switch (shape) {
    case 'halves':
      return twoSides(scene, shuffled(scene, 'halves', nodes).slice(0, Math.floor(n / 2)), direction);
    case 'one':
      return healthy.length === 0
        ? undefined
        : twoSides(scene, [pick(scene, 'isolated', healthy)], direction);
    case 'leader': {
      const up = leaders.filter((leader) => healthy.includes(leader));
      return up.length === 0 ? undefined : twoSides(scene, [pick(scene, 'leader', up)], direction);
    }
    case 'majority-minority': {
      const size = between(scene, 'size', 1, minorityOf(n));
      return twoSides(scene, shuffled(scene, 'minority', nodes).slice(0, size), direction);
    }
    case 'bridge': {
      const [bridge, ...others] = shuffled(scene, 'bridge', nodes) as [string, ...string[]];
      const near = ordered(nodes, others.slice(0, Math.floor(others.length / 2)));
      const far = ordered(nodes, others.slice(near.length));
      return { sides: [near, far], bridge, links: across(near, far, direction) };
    }
    case 'majorities-ring':
      return ring(scene, direction);
  }
}
