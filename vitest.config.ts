import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra = {}) => ({
  test: { name, include, ...extra },
});

// One group after the other: whole topologies and thousands of seeds would starve one another on small machines.
const inTurn = (groupOrder: number) => ({ sequence: { groupOrder } });

export default defineConfig({
  test: {
    projects: [
      project('laws', ['test/laws/**/*.test.ts'], inTurn(0)),
      // Property tests on a busy machine of two cores take their time.
      project('unit', ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'], {
        ...inTurn(0),
        testTimeout: 60_000,
      }),
      project('simulation', ['test/simulation/**/*.test.ts'], { ...inTurn(1), testTimeout: 900_000 }),
      project('integration', ['test/integration/**/*.test.ts'], {
        ...inTurn(2),
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        ...inTurn(3),
        testTimeout: 180_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      // One broker for all of them, which some tests stop and kill.
      project('broker', ['test/broker/**/*.test.ts'], {
        ...inTurn(4),
        globalSetup: ['test/broker/global-setup.ts'],
        testTimeout: 600_000,
        hookTimeout: 600_000,
        fileParallelism: false,
      }),
      project('faults', ['test/faults/**/*.test.ts'], {
        ...inTurn(5),
        testTimeout: 300_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      project('fuzz', ['test/fuzz/**/*.test.ts'], {
        ...inTurn(6),
        testTimeout: 300_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
});
