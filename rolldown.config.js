import { defineConfig } from 'rolldown';

// Each command, and each role that a process plays, is one file with what it needs: Node takes longer to find and to
// compile two hundred small modules than a short run of any of them takes. Packages stay packages.
export default defineConfig({
  input: { main: 'src/cli/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: /^[^./]/,
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  },
});
