import { z } from 'zod';
import { duration, formatDuration } from '../src/duration.ts';
import type { Action, Link } from '../src/worlds/world.ts';
import { named, namesOption, pick } from './drawing.ts';
import type { Nemesis, Scene } from './nemesis.ts';
import { aim, TARGETS, targetOption, targetsProblem } from './targets.ts';

const KINDS = ['loss', 'duplicate', 'delay', 'all'] as const;
type Kind = (typeof KINDS)[number];

const share = z.number().gt(0).max(1);

const options = z.strictObject({
  kinds: namesOption(KINDS, 'what becomes of messages'),
  target: targetOption,
  loss: share.default(0.2).describe('share of messages lost'),
  duplicate: share.default(0.2).describe('share of messages delivered twice'),
  delay: z
    .tuple([duration, duration])
    .prefault(['10ms', '200ms'])
    .describe(
      'least and most time that a message takes longer; drawn for each, so that they overtake each other',
    ),
});
type Options = z.infer<typeof options>;

/** Every link that begins or ends at one of the nodes, client links included. */
function linksOf({ nodes, clients = [] }: Scene, struck: readonly string[]): readonly Link[] {
  const links: Link[] = [];
  for (const from of nodes)
    for (const to of nodes)
      if (from !== to && (struck.includes(from) || struck.includes(to))) links.push([from, to]);
  for (const node of struck) for (const client of clients) links.push([node, client], [client, node]);
  return links;
}

function damage(kind: Kind, { loss, duplicate, delay }: Options) {
  return {
    ...(kind === 'loss' || kind === 'all' ? { loss } : undefined),
    ...(kind === 'duplicate' || kind === 'all' ? { duplicate } : undefined),
    ...(kind === 'delay' || kind === 'all' ? { delay } : undefined),
  };
}

export const packet: Nemesis<Options> = {
  name: 'packet',
  summary: 'loses, duplicates and delays messages on the links of nodes',
  options,
  needs: () => ['degrade'],

  validate({ target, delay }, nodes) {
    if (delay[0] > delay[1] || delay[1] === 0)
      return `delay ${formatDuration(delay[0])} to ${formatDuration(delay[1])}: expected least ≤ most, and most > 0`;
    return targetsProblem(target, nodes.length);
  },

  fault(given, scene) {
    const aimed = aim(scene, named(given.target, TARGETS));
    if (aimed === undefined) return undefined;
    const links = linksOf(scene, aimed.nodes);
    if (links.length === 0) return undefined;
    const kind = pick(scene, 'kind', named(given.kinds, KINDS));
    const how = damage(kind, given);
    const begin: Action = { do: 'degrade', links, ...how };
    return {
      f: `packet-${kind}`,
      value: { ...aimed, ...how },
      begin: [begin],
      heal: [{ do: 'restore', links }],
    };
  },
};
