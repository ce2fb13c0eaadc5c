import { Account } from './account.ts';
import { type Arrivals, terminalArrivals } from './arrivals.ts';
import { type NodeOptions, NodeUnderTest } from './node.ts';
import { type FaultProject, openProject, type ProjectOptions } from './project.ts';

/** What cells are tried on: one project and its node, kept from cell to cell as long as all is well. */
export interface Bench {
  readonly project: FaultProject;
  readonly node: NodeUnderTest;
  readonly account: Account;
  readonly arrivals: Arrivals;
  close(): Promise<void>;
}

export interface BenchOptions extends NodeOptions, ProjectOptions {
  /** The terminal unless given. */
  readonly arrivals?: Arrivals;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const project = await openProject(options);
  const node = new NodeUnderTest(project, options);
  return {
    project,
    node,
    account: new Account(project),
    arrivals: options.arrivals ?? terminalArrivals(project),
    async close() {
      await node.killAll();
      await project.remove();
    },
  };
}

/** More restarts within a minute and the node gives up, or waits before the next: that is not what cells are about. */
const mostRestarts = 6;
const mostRestartsOfOne = 2;

/** A node that is ready and has not been restarted too often of late. */
export async function freshen({ node }: Bench): Promise<void> {
  await node.start();
  const restarts = (await node.processes()).map((process) => process.restarts);
  const sum = restarts.reduce((a, b) => a + b, 0);
  if (sum < mostRestarts && Math.max(...restarts) < mostRestartsOfOne) return;
  await node.down();
  await node.start();
}
