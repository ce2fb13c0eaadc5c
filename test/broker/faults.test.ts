import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, openBench } from '../faults/bench.ts';
import { type Cell, nameOf, type Victim, victims } from '../faults/cell.ts';
import type { Fault } from '../faults/injectors/fault.ts';
import { sigkill } from '../faults/injectors/signals.ts';
import { isSound, type Ledger } from '../faults/ledger.ts';
import { report } from '../faults/report.ts';
import { runCell } from '../faults/run-cell.ts';
import { isChosen } from '../faults/selection.ts';
import { queueArrivals } from './arrivals.ts';
import { describeWithBroker, theBroker, useVhost } from './the-broker.ts';

/* The same table with a broker at its end: what was committed must be in the queue, whatever dies on the way or there. */

/** Befalls the broker and not the node. */
const brokerKilled: Fault = {
  name: 'broker killed',
  inject: () => theBroker().kill(),
  lift: () => theBroker().start(),
};
const brokerPaused: Fault = {
  name: 'broker stands still',
  inject: () => theBroker().pause(),
  lift: () => theBroker().resume(),
};
const broker: Victim = { name: 'broker', processes: [] };

const cells: readonly Cell[] = [
  { fault: sigkill, victim: victims.bridge, phase: 'under load', isSample: true },
  { fault: brokerKilled, victim: broker, phase: 'under load', isSample: true },
  { fault: sigkill, victim: victims['integration-manager'], phase: 'under load', isSample: false },
  { fault: sigkill, victim: victims.supervisor, phase: 'under load', isSample: false },
  { fault: sigkill, victim: victims.bridge, phase: 'catching up', isSample: false },
  { fault: sigkill, victim: victims.bridge, phase: 'draining', isSample: false },
  { fault: sigkill, victim: victims.all, phase: 'under load', isSample: false },
  { fault: brokerPaused, victim: broker, phase: 'under load', isSample: false },
];

describeWithBroker('faults on the way to a broker', () => {
  const vhost = useVhost();
  let bench: Bench;
  let arrivals: ReturnType<typeof queueArrivals>;
  beforeAll(async () => {
    arrivals = queueArrivals(theBroker(), vhost);
    bench = await openBench({ settings: settingsFor(vhost), arrivals });
  });
  afterAll(async () => {
    await arrivals.close();
    await bench.close();
  });

  for (const [index, cell] of cells.entries()) {
    const name = `to a broker: ${nameOf(cell)}`;
    test.runIf(isChosen(name, cell.isSample))(name, async () => {
      const outcome = await report(name, () => runCell(bench, cell, `b${index}`));
      expect(outcome.isSound, `${outcome.text}\n${bench.node.stderr().slice(-1500)}`).toBe(true);
    });
  }
});

describeWithBroker('faults on the way to a broker that no queue is bound to', () => {
  const vhost = useVhost();
  let bench: Bench;
  beforeAll(async () => {
    const settings = `${settingsFor(vhost)}queues = none\n`;
    const arrivals = { name: 'queue', isComplete: true, collect: async () => new Map<string, number>() };
    bench = await openBench({ settings, arrivals });
  });
  afterAll(() => bench.close());

  const cell: Cell = { fault: sigkill, victim: victims.bridge, phase: 'under load', isSample: true };
  const name = `to a broker without a queue: ${nameOf(cell)}`;
  test.runIf(isChosen(name, cell.isSample))(name, async () => {
    const isAside = (ledger: Ledger) =>
      isSound(ledger) && ledger.published > 0 && ledger.quarantined === ledger.published;
    const outcome = await report(name, () => runCell(bench, cell, 'q'), isAside);
    expect(outcome.isSound, `${outcome.text}\n${bench.node.stderr().slice(-1500)}`).toBe(true);
  });
});

function settingsFor(vhost: string): string {
  const { amqpsPort, ca, certificates } = theBroker();
  const { cert, key } = certificates.client;
  const url = `amqps://localhost:${amqpsPort}/${vhost}`;
  return `[broker]\nurl = ${url}\nca = ${ca}\ncert = ${cert}\nkey = ${key}\n`;
}
