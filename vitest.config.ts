import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two shared cores: a limit is there to end a hang, never to judge speed.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Two cores, and tests of real processes that mostly wait: one worker more than cores.
    maxWorkers: 3,
  },
});
