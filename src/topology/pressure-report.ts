import type { ProcessSnapshot } from '../supervision/process-supervisor.ts';
import type { JournalFull, Pressure } from './wire.ts';

/**
 * What processes say of what waits in them, brought together. A process that has not said anything yet says that
 * nothing waits; what they say is up to a second old, and not of one moment.
 */
export interface Report {
  readonly manager: {
    readonly isReady: boolean;
    readonly full: JournalFull | null;
    /** Results that are not committed. */
    readonly waiting: number;
    /** Accepted tasks that are not settled. */
    readonly pending: number;
  };
  readonly subject: Pressure & { readonly isReady: boolean };
  readonly services: {
    /** Tasks without a receipt. */
    readonly outstanding: number;
    readonly maxPending: number;
    readonly unaccepted: number;
    readonly takesPushes: boolean;
  };
  readonly workers: { readonly ready: number };
  readonly sinks: readonly SinkPressure[];
  /** That no worker has: in the subject, and rows that it has not read yet. */
  readonly tasks: number;
}

export interface SinkPressure {
  readonly where: 'broker' | 'sink';
  readonly label: string;
  readonly lag: number;
  readonly lagMs: number;
  /** ms since the epoch; null while there is a link. */
  readonly awaySince: number | null;
  readonly isBlocked: boolean;
  readonly blockedSince: number;
}

const silentSubject: Pressure = {
  ...{ waiting: 0, outstanding: 0, busy: 0, slots: 0, rowsHeld: 0, awaited: [], inBackOff: 0 },
  ...{ fullestGroup: null, longestKey: null },
};

interface ManagerStats {
  readonly full: JournalFull | null;
  readonly waiting: number;
  readonly journal: { readonly pending: number };
}

interface BridgeStats {
  readonly sinks: readonly {
    readonly name: string;
    readonly kind: string;
    readonly lag: number;
    readonly lagMs: number;
    readonly awaySince: number | null;
    readonly link: { readonly state: string; readonly since: number };
  }[];
}

export function reportOf(processes: readonly ProcessSnapshot[]): Report {
  const ready = (role: string) =>
    processes.filter((process) => process.role === role && process.state === 'ready');
  const said = <T>(role: string) => processes.find((process) => process.role === role)?.stats as Partial<T>;

  const manager = said<ManagerStats>('integration-manager') ?? {};
  const subject = { ...silentSubject, ...said<Pressure>('subject') };
  const services = said<Report['services']>('services') ?? {};
  const bridge = said<BridgeStats>('bridge') ?? {};
  const pending = manager.journal?.pending ?? 0;
  return {
    manager: {
      isReady: ready('integration-manager').length > 0,
      full: manager.full ?? null,
      waiting: manager.waiting ?? 0,
      pending,
    },
    subject: { ...subject, isReady: ready('subject').length > 0 },
    services: {
      outstanding: services.outstanding ?? 0,
      maxPending: services.maxPending ?? Number.POSITIVE_INFINITY,
      unaccepted: services.unaccepted ?? 0,
      takesPushes: services.takesPushes ?? true,
    },
    workers: { ready: ready('worker').length },
    sinks: sinksOf(bridge.sinks ?? []),
    tasks: subject.waiting + Math.max(0, pending - subject.rowsHeld),
  };
}

function sinksOf(sinks: BridgeStats['sinks']): SinkPressure[] {
  const isOnlyBroker = sinks.filter(({ kind }) => kind === 'amqp').length === 1;
  return sinks.map(({ name, kind, lag, lagMs, awaySince, link }) => ({
    where: kind === 'amqp' ? 'broker' : 'sink',
    label: kind === 'amqp' && isOnlyBroker ? 'the broker' : `the sink ${name}`,
    ...{ lag, lagMs, awaySince: awaySince ?? null },
    isBlocked: link.state === 'blocked',
    blockedSince: link.since,
  }));
}
