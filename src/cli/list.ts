import { Chalk } from 'chalk';
import { Command } from 'commander';
import { z } from 'zod';
import { catalogue } from '../plan.ts';
import { colours } from './run.ts';

interface Option {
  readonly name: string;
  readonly allowed: string;
  readonly default?: string;
  readonly description?: string;
}

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  readonly claims?: readonly string[];
  readonly models?: readonly string[];
}

/** `ordeal list`: systems, workloads and nemeses with their options, claims and models. */
export function listCommand(): Command {
  return new Command('list')
    .description('show systems, workloads and nemeses with their options, claims and models')
    .option('--json', 'print one JSON document')
    .action((flags: { readonly json?: boolean }) => {
      const all = {
        systems: catalogue.systems.map((s): Entry => {
          const claims = s.claims(s.options.parse({}));
          return {
            ...entry(s),
            claims: claims.map((c) => (c.workload === undefined ? c.model : `${c.model} (${c.workload})`)),
          };
        }),
        workloads: catalogue.workloads.map((w): Entry => ({ ...entry(w), models: w.models })),
        nemeses: catalogue.nemeses.map((n): Entry => entry(n)),
        worlds: catalogue.worlds,
      };
      process.stdout.write(flags.json ? `${JSON.stringify(all, null, 2)}\n` : text(all));
    });
}

function entry({ name, summary, options }: { name: string; summary: string; options: z.ZodType }): Entry {
  return { name, summary, options: optionsOf(options) };
}

/** What an options schema allows, read off its JSON schema. */
function optionsOf(schema: z.ZodType): Option[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonSchema>;
  };
  return Object.entries(properties).map(([name, s]) => ({
    name,
    allowed: allowed(s),
    ...(s.default === undefined ? {} : { default: plain(s.default) }),
    ...(s.description === undefined ? {} : { description: s.description }),
  }));
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

function allowed(s: JsonSchema): string {
  if (s.enum !== undefined) return s.enum.map(plain).join(' | ');
  if (s.const !== undefined) return plain(s.const);
  if (s.anyOf !== undefined) return [...new Set(s.anyOf.map(allowed))].join(' | ');
  if (s.type === 'array') return `list of ${allowed(s.items ?? {})}`;
  const from = s.minimum === undefined || s.minimum < -1e9 ? '' : ` ≥ ${s.minimum}`;
  const to = s.maximum === undefined || s.maximum > 1e9 ? '' : ` ≤ ${s.maximum}`;
  return `${s.type ?? 'anything'}${from}${to}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function text(all: { readonly [wing: string]: readonly Entry[] | readonly string[] }): string {
  const c = new Chalk({ level: colours() ? 1 : 0 });
  const lines: string[] = [];
  for (const [wing, entries] of Object.entries(all)) {
    lines.push('', c.bold.underline(wing));
    for (const e of entries) {
      if (typeof e === 'string') {
        lines.push(`  ${c.bold(e)}`);
        continue;
      }
      lines.push(`  ${c.bold(e.name)}  ${e.summary}`);
      if (e.claims !== undefined && e.claims.length > 0) lines.push(`      claims  ${e.claims.join(', ')}`);
      if (e.models !== undefined) lines.push(`      models  ${e.models.join(', ')}`);
      for (const o of e.options) {
        const given = o.default === undefined ? '' : c.dim(` (default ${o.default})`);
        lines.push(
          `      ${c.cyan(o.name)}  ${o.allowed}${given}${o.description === undefined ? '' : `  ${o.description}`}`,
        );
      }
    }
  }
  return `${lines.join('\n')}\n\n`;
}
