import { expect } from 'vitest';
import type { SinkReport } from '../../src/cli/delivery-text.ts';
import type { Finished } from '../e2e/command.ts';

/** What `status bridge` says of the sink, and of the process that it is in. */
export interface BridgeStatus extends SinkReport {
  readonly delivered: number;
  readonly redelivered: number;
  readonly pid: number;
  readonly restarts: number;
  readonly process: string;
}

export const isUp = ({ link }: BridgeStatus): boolean => link.state === 'up';

export const isDown = ({ link }: BridgeStatus): boolean =>
  link.state === 'down' || link.state === 'connecting';

/** The numbers of one status belong together. */
export function expectConsistent({ cursor, newest, lag, lagMs, inFlight }: BridgeStatus): void {
  expect(newest - cursor).toBe(lag);
  expect(inFlight).toBeLessThanOrEqual(lag);
  expect(lagMs > 0).toBe(lag > 0);
}

/** Of `pzm status bridge --format json`. */
export function bridgeStatusIn({ stdout, stderr }: Finished): BridgeStatus {
  const { processes } = JSON.parse(stdout || '{"processes":[]}') as { processes: StatusOfBridge[] };
  const [one] = processes;
  if (!one) throw new Error(`pzm status bridge: ${stderr}`);
  const sink = one.stats?.sinks?.find(({ name }) => name === 'amqp');
  return { ...nothingYet, ...sink, pid: one.pid ?? 0, restarts: one.restarts, process: one.state };
}

interface StatusOfBridge {
  readonly pid?: number;
  readonly restarts: number;
  readonly state: string;
  readonly stats?: { readonly sinks?: readonly (SinkReport & { delivered: number; redelivered: number })[] };
}

/** Of a process that is being started. */
const nothingYet = {
  name: 'amqp',
  link: { state: 'unknown', since: 0 },
  cursor: 0,
  newest: 0,
  lag: -1,
  lagMs: -1,
  inFlight: 0,
  quarantined: 0,
  redriving: 0,
  lastError: null,
  delivered: 0,
  redelivered: 0,
} as const;
