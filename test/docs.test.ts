import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { check } from '../src/analysis/check.ts';
import { checks, findCheck } from '../src/analysis/checks.ts';
import { detect } from '../src/analysis/detect.ts';
import { impliedAnomalies } from '../src/analysis/lattice.ts';
import { isForbidden, isModel } from '../src/analysis/models.ts';
import { ownOptionTexts } from '../src/analysis/own-options.ts';
import type { CheckRequest } from '../src/analysis/verdict.ts';
import type { Json } from '../src/history/op.ts';
import { parseHistory } from '../src/history/read/read.ts';

/** The page on checks says nothing that is not so: its tables agree with the code, its examples with the verdicts. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/checks.md'), 'utf8');

/** A fenced block: what its info string states, and the records. */
interface Example {
  readonly line: number;
  readonly format: 'jsonl' | 'edn';
  readonly valid: boolean;
  readonly types: readonly string[];
  readonly options: { readonly [name: string]: Json };
  readonly text: string;
  /** The paragraph above: what a reader of the rendered page sees of all that. */
  readonly above: string;
}

/** A `###` heading and what is below it. */
interface Section {
  readonly names: readonly string[];
  readonly text: string;
  readonly examples: readonly Example[];
}

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
const lineAt = (offset: number): number => page.slice(0, offset).split('\n').length;

function examplesOf(text: string, offset: number): Example[] {
  return [...text.matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm)].map((m) => {
    const [format, info, body] = [m[1]!, m[2]!.trim().split(/\s+/), m[3]!];
    const line = lineAt(offset + m.index);
    if ((format !== 'jsonl' && format !== 'edn') || (info[0] !== 'valid' && info[0] !== 'invalid'))
      throw new Error(`docs/checks.md:${line}: no example: ${m[0].split('\n')[0]}`);
    const options = info.filter((word) => word.includes('=')).map((word) => word.split('=', 2));
    return {
      line,
      format,
      valid: info[0] === 'valid',
      types: info.slice(1).filter((word) => !word.includes('=')),
      options: Object.fromEntries(options.map(([name, value]) => [name!, json(value!)])),
      text: body,
      above: text.slice(0, m.index).trimEnd().split('\n\n').at(-1)!.replaceAll('\n', ' '),
    };
  });
}

function json(text: string): Json {
  return /^[\d[{"]|^(true|false|null)$/.test(text) ? (JSON.parse(text) as Json) : text;
}

const sections: readonly Section[] = [
  ...page.matchAll(/^### (.*)\n([\s\S]*?)(?=^#{1,3} |$(?![\s\S]))/gm),
].map((m) => ({
  names: quoted(m[1]!),
  text: m[2]!,
  examples: examplesOf(m[2]!, m.index + m[0].indexOf('\n') + 1),
}));
const everywhere = examplesOf(page, 0);
const introduction = everywhere.filter(
  (e) => !sections.some((s) => s.examples.some((x) => x.line === e.line)),
);

/** The rows of the table below a second-level heading, cell by cell. */
function tableBelow(heading: string): string[][] {
  const part = page.slice(page.indexOf(`\n## ${heading}\n`)).split(/\n(?=## )/)[1]!;
  const rows = part.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.slice(2, -2).split(' | '));
}

/** An item of a section's list, from its bold name to the next one. */
function item({ names, text }: Section, name: string): string {
  const found = new RegExp(`^- \\*\\*${name}:\\*\\*([\\s\\S]*?)(?=^- |^$)`, 'm').exec(text);
  if (found === null) throw new Error(`${names[0]}: there is no "${name}"`);
  return found[1]!;
}

const overview = tableBelow('All checks').map(([name, , unasked, judged]) => ({
  name: quoted(name!)[0]!,
  link: /\(#([^)]+)\)/.exec(name!)![1]!,
  unasked,
  judged: quoted(judged!),
}));
const anomalies = tableBelow('Anomalies').map(([name]) => quoted(name!)[0]!);

/** Its name in the table: the suffixes of cycles are explained above it. */
const listed = (type: string): string => type.replace(/^(G\d?.*)-(process|realtime)$/, '$1');

/** The check that detection would take, as `check` does. */
function detected(text: string): string | undefined {
  return detect(parseHistory(text))
    .map(findCheck)
    .find((c) => c !== undefined)?.name;
}

function judged({ text, options }: Example, workload?: string) {
  const { model, check: _, initial, ...set } = options;
  const models = model === undefined ? {} : { models: [String(model)] };
  const asked: CheckRequest = { initial, set, ...models, ...(workload === undefined ? {} : { workload }) };
  const { check: by, valid, anomalyTypes } = check(parseHistory(text), asked);
  return { by, valid, anomalyTypes };
}

/** What an example states, in the words that stand above it. */
function caption({ valid, types, options }: Example): string {
  const { check: by, model, initial, ...set } = options;
  const others = Object.entries(set).map(([name, value]) => `\`--set ${name}=${value}\``);
  if (initial !== undefined) others.unshift(`\`--initial ${initial}\``);
  return [
    valid ? 'Valid' : 'Invalid',
    by === undefined ? '' : ` by \`${by}\``,
    model === undefined ? '' : ` against \`${model}\``,
    others.length === 0 ? '' : `, with ${others.join(', ')}`,
    types.length === 0 ? '' : ` (${types.map((type) => `\`${type}\``).join(', ')})`,
    ':',
  ].join('');
}

function checkOf(section: Section, example: Example): string {
  const name = example.options.check ?? section.names[0]!;
  expect(section.names, `line ${example.line}`).toContain(name);
  return String(name);
}

test('there is a section for every check and for nothing else, and a row of the table', () => {
  const names = checks.map((c) => c.name);
  expect(sections.flatMap((s) => s.names).sort()).toEqual([...names].sort());
  expect(overview.map((row) => row.name)).toEqual(names);
});

test('links lead to headings', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map((m) =>
    m[1]!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(anchor);
  for (const { name, link } of overview)
    expect(link.replaceAll('-', ' '), name).toContain(name.replaceAll('-', ' '));
});

test('the words above an example say what it states', () => {
  expect(everywhere.length).toBeGreaterThan(80);
  for (const example of everywhere)
    expect(` ${example.above}`.endsWith(` ${caption(example)}`), `${example.line}: ${example.above}`).toBe(
      true,
    );
});

test('examples above the sections, told by detection', () => {
  expect(introduction.map((e) => e.format)).toEqual(['jsonl', 'edn']);
  for (const example of introduction)
    expect(judged(example), `line ${example.line}`).toMatchObject({
      valid: example.valid,
      anomalyTypes: example.types,
    });
});

describe.each(sections.map((s) => [s.names.join(', '), s] as const))('%s', (_, section) => {
  test('every example has the verdict that it states, by name and where it is detected', () => {
    for (const example of section.examples) {
      const by = checkOf(section, example);
      const verdict = { by, valid: example.valid, anomalyTypes: example.types };
      expect(judged(example, by), `line ${example.line}`).toEqual(verdict);
      if (detected(example.text) === by) expect(judged(example), `line ${example.line}`).toEqual(verdict);
    }
  });

  test('every check has an invalid example, and one that detection picks if it picks the check at all', () => {
    for (const name of section.names) {
      const own = section.examples.filter((e) => checkOf(section, e) === name);
      expect(
        own.some((e) => !e.valid),
        name,
      ).toBe(true);
      const picked = own.some((e) => detected(e.text) === name);
      expect(picked ? 'yes' : 'no', name).toBe(overview.find((row) => row.name === name)!.unasked);
    }
  });

  test('models are those of the check, and the default is what is judged', () => {
    const text = item(section, 'Models');
    const named = quoted(text);
    const defaults = [...text.matchAll(/`([^`]+)`\s+\(default\)/g)].map((m) => m[1]!);
    for (const name of section.names) {
      const { models } = findCheck(name)!;
      expect([...named].sort(), name).toEqual(models.map((m) => m.toLowerCase()).sort());
      expect([...overview.find((row) => row.name === name)!.judged].sort(), name).toEqual(
        [...defaults].sort(),
      );
      const plain = section.examples.find((e) => checkOf(section, e) === name)!;
      expect([...check(parseHistory(plain.text), { workload: name }).judged].sort()).toEqual(
        [...defaults].sort(),
      );
    }
  });

  test('options are those of the check, in the words of its description', () => {
    const own = section.names.map((name) => ownOptionTexts(findCheck(name)!.options ?? {}));
    const names = [...new Set(own.flat().map((option) => option.name))];
    const lines = names.map((name) => {
      const having = section.names.filter((_, i) => own[i]!.some((option) => option.name === name));
      const option = own.flat().find((one) => one.name === name)!;
      const of = having.length === own.length ? '' : ` of ${having.map((c) => `\`${c}\``).join(', ')}`;
      const given = option.default === undefined ? '' : `, default ${option.default}`;
      return `\`${name}\`${of}, ${option.allowed}${given}: ${option.description}`;
    });
    const told = section.text.includes('- **Options:**') ? item(section, 'Options').split('\n  - ') : [''];
    expect(
      told
        .slice(1)
        .map((line) => line.trim().replace(/\s+/g, ' '))
        .sort(),
    ).toEqual(lines.sort());
    expect(told[0]).toBe('');
  });

  test('what examples show is what the check is said to find, and all that stands in the table', () => {
    const finds = quoted(item(section, 'Finds')).map(listed);
    for (const { types } of section.examples)
      for (const type of types) expect(finds, type).toContain(listed(type));
    const others = /^(crdt|transactionOrder|anyoneReleases|…-process|…-realtime)$/;
    for (const name of finds)
      if (!others.test(name) && !isModel(name)) expect(anomalies, name).toContain(name);
  });

  test('aliases are names of the check', () => {
    const line = /Alias(?:es)?: ([\s\S]*?)\.\n/.exec(section.text);
    for (const alias of line === null ? [] : quoted(line[1]!)) {
      expect(checks.some((c) => c.name === alias)).toBe(false);
      expect(section.names, alias).toContain(findCheck(alias)?.name);
    }
  });
});

describe('the table of anomalies', () => {
  const shown = new Set(everywhere.flatMap((e) => e.types).map(listed));
  const sources = [
    'list-append',
    'register-txn',
    'weak',
    'session',
    'linear',
    'sets',
    'queues',
    'counts',
    'bank',
  ]
    .concat('ids', 'locks', 'log', 'convergence', 'graph')
    .flatMap((room) => {
      const folder = join(ROOT, 'src/analysis', room);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      return files.filter((f) => f.endsWith('.ts')).map((f) => readFileSync(join(folder, f), 'utf8'));
    });

  test('names each once, and only such as are found', () => {
    expect(new Set(anomalies).size).toBe(anomalies.length);
    for (const name of anomalies) {
      const known = isForbidden(name) || Object.hasOwn(impliedAnomalies, name);
      const written = sources.some((text) => text.includes(`'${name}'`));
      expect(shown.has(name) || known || written, name).toBe(true);
    }
  });

  test('names all that the checks report by a name of their own', () => {
    const reported = sources.flatMap((text) =>
      [...text.matchAll(/(?:tally\.found|cast\.anomaly|found\.add)\(\s*'([^']+)'/g)].map((m) => m[1]!),
    );
    expect(reported.length).toBeGreaterThan(40);
    for (const name of reported) expect(anomalies).toContain(name);
    for (const name of shown) expect(anomalies).toContain(name);
  });

  test('says everywhere in sections what they find', () => {
    const found = new Set(sections.flatMap((s) => quoted(item(s, 'Finds'))).map(listed));
    for (const name of anomalies) expect(found).toContain(name);
  });
});
