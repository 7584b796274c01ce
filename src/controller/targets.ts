import type { FaultLine } from '../schedule.ts';
import type { Action, Link } from '../worlds/world.ts';

/**
 * Makes the actions of an explicit plan concrete: `$node` becomes the node whose event set the fault off, `$others` all
 * nodes but that one, `*` all nodes.
 */
export function concrete(
  actions: FaultLine['begin'],
  nodes: readonly string[],
  node: string | undefined,
): readonly Action[] {
  const expand = (name: string): readonly string[] => {
    if (name === '*') return nodes;
    if (name === '$node') return node === undefined ? [] : [node];
    if (name === '$others') return nodes.filter((n) => n !== node);
    return [name];
  };
  return actions.map((action): Action => {
    if ('nodes' in action) return { ...action, nodes: action.nodes.flatMap(expand) };
    const links = action.links.flatMap(([from, to]) =>
      expand(from).flatMap((f) =>
        expand(to)
          .filter((t) => t !== f)
          .map((t): Link => [f, t]),
      ),
    );
    return { ...action, links };
  });
}
