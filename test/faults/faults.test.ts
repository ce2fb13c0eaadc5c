import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from './bench.ts';
import { nameOf } from './cell.ts';
import { matrix } from './matrix.ts';
import { report } from './report.ts';
import { runCell } from './run-cell.ts';
import { isChosen } from './selection.ts';

/* Every fault at every stage, on the real processes. `npm run faults` runs all of it and prints the table. */

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

for (const [index, cell] of matrix.entries()) {
  const name = nameOf(cell);
  test.runIf(isChosen(name, cell.isSample))(name, async () => {
    const outcome = await report(name, () => runCell(bench, cell, `c${index}`));
    if (!outcome.isSound) {
      // Whatever is wrong with this node is no concern of the next cell.
      outcome.text += `\n${bench.node.stderr().slice(-1500)}`;
      await bench.close();
      bench = await openBench();
    }
    expect(outcome.isSound, outcome.text).toBe(true);
  });
}
