import { namesOption, pick, shuffled } from './drawing.ts';
import type { Scene, Target } from './nemesis.ts';

export const TARGETS = ['one', 'minority', 'majority', 'all', 'leaders'] as const satisfies readonly Target[];

/** Option of every nemesis that hits nodes. */
export const targetOption = namesOption(TARGETS, 'whom it hits');

export function minorityOf(nodes: number): number {
  return Math.floor((nodes - 1) / 2);
}

function majorityOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

/** Why a target can never be hit in a cluster of that size, in words. */
export function targetProblem(target: Target, nodes: number): string | undefined {
  if (target === 'minority' && minorityOf(nodes) === 0)
    return `target minority: a cluster of ${nodes} has no minority, it takes at least 3 nodes`;
  return undefined;
}

/** The first problem of targets that a user named. Targets nobody named are left out where they are impossible. */
export function targetsProblem(
  target: Target | readonly Target[] | undefined,
  nodes: number,
): string | undefined {
  if (target === undefined) return undefined;
  const list = typeof target === 'string' ? [target] : target;
  return list.map((t) => targetProblem(t, nodes)).find((problem) => problem !== undefined);
}

function hit(scene: Scene, target: Target): readonly string[] {
  const { healthy, leaders, nodes } = scene;
  switch (target) {
    case 'one':
      return healthy.length === 0 ? [] : [pick(scene, 'node', healthy)];
    case 'minority':
      return shuffled(scene, 'minority', healthy).slice(0, minorityOf(nodes.length));
    case 'majority': {
      const size = majorityOf(nodes.length);
      return healthy.length < size ? [] : shuffled(scene, 'majority', healthy).slice(0, size);
    }
    case 'all':
      return healthy;
    case 'leaders':
      return leaders.filter((leader) => healthy.includes(leader));
  }
}

/**
 * Whom to hit now: one of the targets by draw, another one where that would hit nobody; nodes in the cluster's order.
 * Undefined when none of the targets hits anybody.
 */
export function aim(
  scene: Scene,
  targets: readonly Target[],
): { readonly target: Target; readonly nodes: readonly string[] } | undefined {
  for (const target of shuffled(scene, 'target', targets)) {
    const struck = hit(scene, target);
    if (struck.length > 0) return { target, nodes: scene.nodes.filter((node) => struck.includes(node)) };
  }
  return undefined;
}
