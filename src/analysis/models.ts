import { aliases, friendlyNames, impliedAnomalies, proscribed, weaker } from './lattice.ts';

/**
 * What anomalies mean for consistency models. Everything here is a lookup in closures computed once from the tables
 * of `lattice.ts`; every function takes either name of a model and answers with friendly ones, sorted.
 */

const canonicalOf = new Map<string, string>();
for (const model of Object.keys(weaker)) canonicalOf.set(model, model);
for (const [model, name] of Object.entries(friendlyNames)) canonicalOf.set(name, model);
for (const [name, model] of Object.entries(aliases)) canonicalOf.set(name, model);

/** Friendly names of all models, sorted. */
export const allModels: readonly string[] = Object.keys(weaker).map(friendly).sort();

export function isModel(name: string): boolean {
  return canonicalOf.has(name);
}

/**
 * The canonical name (`PL-SI`) of a model given by any of its names (`snapshot-isolation`, `SI`).
 * @throws RangeError when no model is called so.
 */
export function canonicalModel(name: string): string {
  const model = canonicalOf.get(name);
  if (model === undefined)
    throw new RangeError(`no consistency model is called "${name}"; known: ${allModels.join(', ')}`);
  return model;
}

/** The name that people read: `snapshot-isolation` for `PL-SI`. Unknown names come back as they are. */
export function friendly(model: string): string {
  const canonical = canonicalOf.get(model) ?? model;
  return friendlyNames[canonical] ?? canonical;
}

/** Nodes reachable over `next`, the start included. */
function reach(start: Iterable<string>, next: (node: string) => readonly string[]): Set<string> {
  const seen = new Set(start);
  for (const node of seen) for (const other of next(node)) seen.add(other);
  return seen;
}

const weakerOrEqual = new Map<string, ReadonlySet<string>>();
const directlyStronger = new Map<string, string[]>();
const forbiddenBy = new Map<string, string[]>();
for (const [model, below] of Object.entries(weaker)) {
  weakerOrEqual.set(
    model,
    reach([model], (m) => weaker[m] ?? []),
  );
  for (const b of below) directlyStronger.set(b, [...(directlyStronger.get(b) ?? []), model]);
  const own = [model, friendly(model)].flatMap((m) => [`${m}-violation`, `${m}-cycle-exists`]);
  for (const anomaly of new Set([...(proscribed[model] ?? []), ...own]))
    forbiddenBy.set(anomaly, [...(forbiddenBy.get(anomaly) ?? []), model]);
}

/** The given anomalies and all that are present wherever one of them is. */
export function impliedBy(anomalyTypes: Iterable<string>): Set<string> {
  return reach(anomalyTypes, (a) => impliedAnomalies[a] ?? []);
}

/** Whether some model forbids this anomaly or one it implies. A type nobody forbids never makes a verdict invalid. */
export function isForbidden(anomalyType: string): boolean {
  return impossible([anomalyType]).size > 0;
}

/** Canonical names of all models that the anomalies rule out. */
function impossible(anomalyTypes: Iterable<string>): Set<string> {
  const direct: string[] = [];
  for (const anomaly of impliedBy(anomalyTypes)) direct.push(...(forbiddenBy.get(anomaly) ?? []));
  return reach(direct, (m) => directlyStronger.get(m) ?? []);
}

/** Whether satisfying `stronger` means satisfying `model`. True of a model and itself. */
export function implies(stronger: string, model: string): boolean {
  return weakerOrEqual.get(canonicalModel(stronger))!.has(canonicalModel(model));
}

/** `not`: the weakest models that the anomalies rule out. `alsoNot`: those that fall with them. */
export function boundary(anomalyTypes: Iterable<string>): { not: string[]; alsoNot: string[] } {
  const out = impossible(anomalyTypes);
  const not: string[] = [];
  const alsoNot: string[] = [];
  for (const model of out)
    ((weaker[model] ?? []).some((w) => out.has(w)) ? alsoNot : not).push(friendly(model));
  return { not: not.sort(), alsoNot: alsoNot.sort() };
}

/** Whether the anomalies rule out one of the models. */
export function violates(models: Iterable<string>, anomalyTypes: Iterable<string>): boolean {
  const out = impossible(anomalyTypes);
  for (const model of models) if (out.has(canonicalModel(model))) return true;
  return false;
}

/**
 * The strongest of the models that were checked and are not ruled out. "Checked" is a claim of the caller: every
 * anomaly that the model forbids and this kind of history can show was looked for, to the end.
 */
export function strongestConsistent(checked: Iterable<string>, anomalyTypes: Iterable<string>): string[] {
  const out = impossible(anomalyTypes);
  const standing = [...new Set([...checked].map(canonicalModel))].filter((m) => !out.has(m));
  return standing
    .filter((m) => !standing.some((other) => other !== m && weakerOrEqual.get(other)!.has(m)))
    .map(friendly)
    .sort();
}

/** `judged` names as a verdict shows them, duplicates removed, in the order given. */
export function friendlyAll(models: Iterable<string>): string[] {
  return [...new Set([...models].map((m) => friendly(canonicalModel(m))))];
}
