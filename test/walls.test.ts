import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseSync } from '@swc/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A lint that finds nothing proves nothing: here each wall is run into. */

const ROOT = resolve(import.meta.dirname, '..');
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);

/** Runs a linter whose exit code is not zero when it finds something. */
function output(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

let house: string;

function build(files: { readonly [path: string]: string }): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
}

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'ordeal-walls-'));
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  for (const path of ['lint', 'package.json', '.dependency-cruiser.cjs'])
    cpSync(join(ROOT, path), join(house, path), { recursive: true });
  const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as object;
  writeFileSync(join(house, 'biome.json'), JSON.stringify({ ...config, vcs: {} }));
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('a room imports only from floors below', () => {
  const target = 'export type T = 1; export const t = 1;\n';
  const rooms = {
    'src/history/a.ts': target,
    'src/analysis/a.ts': target,
    'src/cluster/a.ts': target,
    'src/generator/a.ts': target,
    'src/worlds/sim/a.ts': target,
    'src/worlds/world.ts': target,
    'src/systems/a.ts': target,
    'src/controller/a.ts': target,
    'src/plan.ts': target,
    'src/random.ts': target,
    'workloads/a.ts': target,
    'nemeses/a.ts': target,
  };
  const from = (path: string, form = "import type { T } from '%'; export type U = T;") =>
    form.replace('%', path);
  const broken: { readonly [path: string]: readonly [text: string, rule: string] } = {
    'src/analysis/type.ts': [from('../worlds/sim/a.ts'), 'analysis-imports-only-from-below'],
    'src/analysis/inline.ts': [
      from('../cluster/a.ts', "import { type T } from '%'; export type U = T;"),
      'analysis-imports-only-from-below',
    ],
    'src/analysis/star.ts': [
      from('../plan.ts', "export type * from '%';"),
      'analysis-imports-only-from-below',
    ],
    'src/analysis/named.ts': [
      from('../plan.ts', "export type { T } from '%';"),
      'analysis-imports-only-from-below',
    ],
    'src/analysis/late.ts': [
      from('../generator/a.ts', "export const f = () => import('%');"),
      'analysis-imports-only-from-below',
    ],
    'src/analysis/fs.ts': ["export { readFileSync } from 'node:fs';", 'pure-rooms-touch-nothing-outside'],
    'src/history/up.ts': [from('../analysis/a.ts'), 'history-imports-only-from-below'],
    'src/history/aside.ts': [from('../cluster/a.ts'), 'history-imports-only-from-below'],
    'src/cluster/up.ts': [from('../worlds/world.ts'), 'cluster-imports-only-from-below'],
    'src/cluster/net.ts': ["import net from 'node:net'; export { net };", 'pure-rooms-touch-nothing-outside'],
    'src/cluster/old.ts': ["import net from 'net'; export { net };", 'pure-rooms-touch-nothing-outside'],
    'src/cluster/chance.ts': [
      "export * from 'pure-rand/generator/xoroshiro128plus';",
      'chance-comes-from-draws',
    ],
    'src/generator/aside.ts': [from('../worlds/world.ts'), 'generator-imports-only-from-below'],
    'src/worlds/up.ts': [from('../systems/a.ts'), 'worlds-imports-only-from-below'],
    'src/worlds/sim/real.ts': ["export { execa } from 'execa';", 'the-simulator-is-no-place-for-real-things'],
    'workloads/aside.ts': [from('../nemeses/a.ts'), 'workloads-imports-only-from-below'],
    'workloads/world.ts': [from('../src/worlds/sim/a.ts'), 'workloads-imports-only-from-below'],
    'nemeses/up.ts': [from('../src/controller/a.ts'), 'nemeses-imports-only-from-below'],
    'nemeses/net.ts': ["export * from 'node:child_process';", 'pure-rooms-touch-nothing-outside'],
    'src/systems/aside.ts': [from('../../workloads/a.ts'), 'systems-imports-only-from-below'],
    'src/controller/net.ts': [
      "export * from 'node:dgram';",
      'only-worlds-and-cli-touch-the-network-and-processes',
    ],
    'src/plan/up.ts': [from('../plan.ts'), 'every-file-has-a-room'],
    'src/random/up.ts': [from('../plan.ts'), 'every-file-has-a-room'],
    'src/duration.ts': [from('./plan.ts'), 'ground-imports-nobody'],
    'src/history/about.ts': [from('./round.ts'), 'no-cycles'],
    'src/history/nowhere.ts': [from('./none.ts'), 'resolvable'],
    'src/history/dev.ts': ["export * from 'fast-check';", 'no-development-packages-in-the-product'],
  };
  const fine = {
    'src/analysis/fine.ts':
      "import { t } from '../history/a.ts'; import { t as r } from '../random.ts'; export { t, r };",
    'workloads/fine.ts': from('../src/worlds/world.ts'),
    'src/worlds/fine.ts': from('../cluster/a.ts'),
    'src/controller/fine.ts': from('../plan.ts'),
  };

  test('each way through is refused, by name; what is allowed is not', () => {
    // A cycle is reported once, at the file whose name comes first.
    build({ ...rooms, ...fine, 'src/history/round.ts': from('./about.ts') });
    build(Object.fromEntries(Object.entries(broken).map(([path, [text]]) => [path, text])));
    const args = [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'src',
      'workloads',
      'nemeses',
    ];
    const { summary } = JSON.parse(output(bin('depcruise'), args, house)) as {
      summary: { violations: readonly { from: string; rule: { name: string } }[] };
    };
    const found = summary.violations.map(({ from: path, rule }) => `${path}: ${rule.name}`);
    for (const [path, [, rule]] of Object.entries(broken)) expect(found).toContain(`${path}: ${rule}`);
    for (const path of [...Object.keys(fine), ...Object.keys(rooms)])
      expect(found.filter((line) => line.startsWith(`${path}:`))).toEqual([]);
  });

  test("no file hides an import in a type: import('x').T", () => {
    const hidden = (text: string) =>
      JSON.stringify(parseSync(text, { syntax: 'typescript' })).includes('"TsImportType"');
    expect(hidden("export type T = import('./x.ts').T;")).toBe(true);
    expect(hidden("export const f = () => import('./x.ts');")).toBe(false);
    for (const wing of ['src', 'workloads', 'nemeses', 'reports']) {
      let files: string[] = [];
      try {
        files = readdirSync(join(ROOT, wing), { recursive: true, encoding: 'utf8' });
      } catch {
        continue;
      }
      for (const file of files.filter((name) => name.endsWith('.ts')))
        expect(hidden(readFileSync(join(ROOT, wing, file), 'utf8')), `${wing}/${file}`).toBe(false);
    }
  });
});

describe('clocks, chance and what differs between engines', () => {
  const everywhere = [
    'export const a = Date.now();',
    'export const a = new Date();',
    'export const a = (x: unknown) => x instanceof Date;',
    'export const a = performance.now();',
    'setTimeout(() => {}, 1);',
    'export const a = setInterval;',
    'setImmediate(() => {});',
    'queueMicrotask(() => {});',
    'export const a = Math.random();',
    'const { random } = Math; export const a = random();',
    'const M = Math; export const a = M.random();',
    "export const a = Math['random']();",
    'export const a = [1].map(Math.random);',
    'export const a = globalThis.Date;',
    'export const a = global;',
    'export const a = process.hrtime();',
    'export const a = process.hrtime.bigint();',
    "export const a = process.getBuiltinModule('node:fs');",
    'export const a = crypto.randomUUID();',
    "export const a = require('node:fs');",
    "export const a = new Intl.Collator('de');",
  ];
  const simulated = [
    'export const a = Math.pow(2, 0.5);',
    'export const a = Math.exp(1);',
    'export const a = Math.log(2);',
    'export const a = Math.log2(2);',
    'export const a = Math.sin(1);',
    'export const a = Math.cos(1);',
    'export const a = Math.tan(1);',
    'export const a = Math.atan2(1, 2);',
    'export const a = Math.tanh(1);',
    'export const a = Math.hypot(1, 2);',
    'export const a = Math.cbrt(2);',
    'export const a = [1].map(Math.sinh);',
    'export const a = (x: number) => x ** 0.5;',
    'let a = 2; a **= 0.5; export { a };',
    "export const a = 'a'.localeCompare('b');",
    "export const a = (x?: string) => x?.localeCompare('b');",
    "export const a = 'a'['localeCompare']('b');",
    'export const a = (1.5).toLocaleString();',
    "export const a = 'a'.toLocaleUpperCase();",
  ];
  const fine = [
    'export const a = Math.floor(1.5) + Math.imul(2, 3) + Math.max(1, 2) + Math.sqrt(2) + Math.clz32(1);',
    'export const a = (process: number) => process + 1;',
    'export interface A { readonly process: number; readonly Date: number }',
    'export const a = (op: { process: number }) => op.process;',
    'export const a = (op: { readonly Math: number }) => op.Math;',
    'export const a = process.version;',
  ];
  const outside = ['src/analysis', 'src/explore', 'src/systems'];
  const inside = ['src/cluster', 'src/generator', 'src/controller', 'workloads', 'nemeses'];

  test('are found wherever they may not be, and nowhere else', () => {
    const files: { [path: string]: string } = {};
    const wrong = new Set<string>();
    const put = (room: string, name: string, texts: readonly string[], bad: boolean) => {
      texts.forEach((text, i) => {
        const path = `${room}/snippets/${name}-${i}.ts`;
        files[path] = `${text}\n`;
        if (bad) wrong.add(path);
      });
    };
    for (const room of [...outside, ...inside]) put(room, 'everywhere', everywhere, true);
    for (const room of inside) put(room, 'simulated', simulated, true);
    for (const room of [...outside, ...inside]) put(room, 'fine', fine, false);
    const unlessImmediate = everywhere.filter((text) => !text.startsWith('setImmediate'));
    put('src/worlds/sim', 'everywhere', unlessImmediate, true);
    put('src/worlds/sim', 'simulated', simulated, true);
    put('src/worlds/sim', 'fine', [...fine, 'setImmediate(() => {});'], false);
    for (const room of ['src/worlds/local', 'src/cli', 'reports', 'bench', 'test'])
      put(
        room,
        'allowed',
        ['export const a = Date.now();', 'setTimeout(() => {}, 1);', 'export const a = Math.random();'],
        false,
      );
    build(files);
    const args = [
      'lint',
      '--reporter=json',
      '--max-diagnostics=none',
      ...new Set(Object.keys(files).map(dirname)),
    ];
    const { diagnostics } = JSON.parse(output(bin('biome'), args, house)) as {
      diagnostics: readonly { severity: string; location: { path: string } }[];
    };
    const errors = new Set(diagnostics.filter((d) => d.severity === 'error').map((d) => d.location.path));
    const missed = [...wrong].filter((path) => !errors.has(path));
    expect(missed.map((path) => `${path}: ${files[path]}`)).toEqual([]);
    const innocent = [...errors].filter((path) => !wrong.has(path));
    expect(innocent.map((path) => `${path}: ${files[path]}`)).toEqual([]);
  });
});
