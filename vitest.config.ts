import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra = {}) => ({
  test: { name, include, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('laws', ['test/laws/**/*.test.ts']),
      // Property tests on a busy machine of two cores take their time.
      project('unit', ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'], { testTimeout: 60_000 }),
      project('simulation', ['test/simulation/**/*.test.ts'], { testTimeout: 600_000 }),
      project('integration', ['test/integration/**/*.test.ts'], { testTimeout: 60_000 }),
      // Each file starts whole topologies: one at a time, or they starve one another on small machines.
      project('e2e', ['test/e2e/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
    ],
  },
});
