import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

// Each command, and each role that a process plays, is a file or two with what it needs, packages too: Node takes longer to
// find and to compile hundreds of small modules than a short run of any of them takes. What callers get into their hands
// (graphology) or few runs need (the drawing of graphs) stays a package.
export default defineConfig({
  input: { main: 'src/cli/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: /^(node:|graphology|@viz-js\/|uplot)/,
  plugins: [
    { name: 'licenses', generateBundle },
    { name: 'executable', writeBundle },
  ],
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  },
});

/** npm makes a program executable when it installs; a later build writes it anew. */
function writeBundle({ dir }) {
  chmodSync(join(dir, 'main.js'), 0o755);
}

/** Packages whose code is in the bundle want their licences to come with it. */
function generateBundle(_, bundle) {
  const modules = Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? []);
  const roots = modules.flatMap((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
  const texts = [...new Set(roots)].sort().map((root) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(root, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join(`\n${'-'.repeat(72)}\n\n`) });
}
