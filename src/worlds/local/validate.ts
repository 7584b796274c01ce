import type { NodeId } from '../../cluster/host.ts';
import type { Action } from '../world.ts';
import { isClientId } from './ids.ts';

/** Why an action cannot be done by this cluster, in words; undefined when it can. */
export function refuse(action: Action, nodes: readonly NodeId[]): string | undefined {
  if ('links' in action) {
    const known = (id: NodeId) => nodes.includes(id) || isClientId(id);
    for (const [from, to] of action.links) {
      if (!known(from) || !known(to))
        return `no link ${from}>${to}: the nodes are ${nodes.join(', ')}, clients c0, c1, …`;
    }
  } else {
    const unknown = action.nodes.find((id) => !nodes.includes(id));
    if (unknown !== undefined) return `no node ${unknown}: there are ${nodes.join(', ')}`;
  }
  switch (action.do) {
    case 'degrade':
      return refuseDegrade(action);
    case 'bump':
      return Number.isFinite(action.by) ? undefined : `by must be a number of ns, not ${action.by}`;
    case 'drift':
      return action.rate >= 0.25 && action.rate <= 4
        ? undefined
        : `rate must be from 0.25 to 4, not ${action.rate}`;
    case 'strobe':
      if (!Number.isFinite(action.by)) return `by must be a number of ns, not ${action.by}`;
      return action.period > 0 ? undefined : `period must be above 0 ns, not ${action.period}`;
    default:
      return undefined;
  }
}

function refuseDegrade({ loss, duplicate, delay }: Extract<Action, { do: 'degrade' }>): string | undefined {
  const shares = { loss, duplicate };
  for (const [name, share] of Object.entries(shares)) {
    if (share !== undefined && !(share >= 0 && share <= 1))
      return `${name} must be from 0 to 1, not ${share}`;
  }
  if (delay !== undefined && !(delay[0] >= 0 && delay[1] >= delay[0] && Number.isFinite(delay[1])))
    return `delay must be 0 ≤ min ≤ max ns, not ${delay[0]} to ${delay[1]}`;
  return undefined;
}
