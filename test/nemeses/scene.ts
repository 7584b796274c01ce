import type { Fault, Nemesis, Scene } from '../../nemeses/nemesis.ts';
import { draws, hashText } from '../../src/random.ts';
import type { Link } from '../../src/worlds/world.ts';

export const nodesOf = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `n${i + 1}`);

/** A scene as the controller makes it: five healthy nodes, n2 leads. */
export function scene(seed = 1, given: Partial<Scene> = {}): Scene {
  const nodes = given.nodes ?? nodesOf(5);
  const draw = draws(seed, 'fault');
  return {
    nodes,
    healthy: nodes,
    leaders: nodes.slice(1, 2),
    duration: 2_000_000_000,
    draw: (what, ...at) => draw(7, hashText(what), ...at),
    ...given,
  };
}

/** The fault with these options, as they come from a user, in that scene. */
export function faultOf<O>(nemesis: Nemesis<O>, options: unknown, at: Scene): Fault | undefined {
  return nemesis.fault(nemesis.options.parse(options), at);
}

/** The faults of many seeds; those scenes in which nobody was hit are left out. */
export function faultsOf<O>(
  nemesis: Nemesis<O>,
  options: unknown,
  given: Partial<Scene> = {},
  seeds = 300,
): Fault[] {
  return Array.from({ length: seeds }, (_, seed) => faultOf(nemesis, options, scene(seed, given))).filter(
    (fault) => fault !== undefined,
  );
}

export function linksOf(fault: Fault): readonly Link[] {
  const [action] = fault.begin;
  return action !== undefined && 'links' in action ? action.links : [];
}

export function nodesHit(fault: Fault): readonly string[] {
  const [action] = fault.begin;
  return action !== undefined && 'nodes' in action ? action.nodes : [];
}
