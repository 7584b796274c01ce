import { Chalk } from 'chalk';
import { Command } from 'commander';
import type { z } from 'zod';
import { checks } from '../analysis/checks.ts';
import { ownOptionTexts } from '../analysis/own-options.ts';
import type { OptionText } from '../option-text.ts';
import { optionTexts } from '../options.ts';
import { catalogue } from '../plan.ts';
import { colours } from './colours.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionText[];
  /** What --initial may be. */
  readonly initial?: string;
  readonly claims?: readonly string[];
  readonly models?: readonly string[];
}

/** `ordeal list`: systems, workloads, nemeses and checks with their options, claims and models. */
export function listCommand(): Command {
  return new Command('list')
    .description('show systems, workloads, nemeses and checks with their options, claims and models')
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
        checks: checks.map(({ name, summary, models, initial, options = {} }): Entry => {
          const given = initial === undefined ? {} : { initial };
          return { name, summary, options: ownOptionTexts(options), ...given, models };
        }),
        worlds: catalogue.worlds,
      };
      process.stdout.write(flags.json ? `${JSON.stringify(all, null, 2)}\n` : text(all));
    });
}

function entry({ name, summary, options }: { name: string; summary: string; options: z.ZodType }): Entry {
  return { name, summary, options: optionTexts(options) };
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
      if (e.initial !== undefined) lines.push(`      initial  ${e.initial}`);
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
