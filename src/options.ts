import { z } from 'zod';
import { formatDuration } from './duration.ts';
import { type OptionText, plain, range } from './option-text.ts';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/** What an options schema allows, read off its JSON schema. */
export function optionTexts(schema: z.ZodType): OptionText[] {
  return properties(schema).map(([name, s]) => ({
    name,
    allowed: allowed(s),
    ...(s.default === undefined ? {} : { default: plain(s.default) }),
    ...(s.description === undefined ? {} : { description: s.description }),
  }));
}

/** Validated options with durations as people write them: `75ms`, where the validated value is 75,000,000 ns. */
export function readableOptions(schema: z.ZodType, options: unknown): Record<string, unknown> {
  const durations = new Set(
    properties(schema)
      .filter(([, s]) => isDuration(s))
      .map(([name]) => name),
  );
  return Object.fromEntries(
    Object.entries(options as Record<string, unknown>)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        durations.has(name) && typeof value === 'number' ? formatDuration(value) : value,
      ]),
  );
}

function properties(schema: z.ZodType): [string, JsonSchema][] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonSchema>;
  };
  return Object.entries(json.properties ?? {});
}

/** Durations are what may be given as text or as a number. */
function isDuration(s: JsonSchema): boolean {
  const types = s.anyOf?.map((a) => a.type) ?? s.type ?? [];
  return Array.isArray(types) && types.includes('string') && types.includes('number');
}

function allowed(s: JsonSchema): string {
  if (isDuration(s)) return 'duration';
  if (s.enum !== undefined) return s.enum.map(plain).join(' | ');
  if (s.const !== undefined) return plain(s.const);
  if (s.anyOf !== undefined) return [...new Set(s.anyOf.map(allowed))].join(' or ');
  if (s.type === 'array') return `list of ${allowed(s.items ?? {})}`;
  return `${s.type ?? 'anything'}${range(s)}`;
}
