import type { JournalFull, ManagerPeer, Peers, ServicesDetails, SubjectPeer, WorkerPeer } from './wire.ts';

/** Who lives in a node, under which name of its present life. Pure: the supervisor's hooks feed it. */
export interface Register {
  /** A new life begins; returns its name, unique over all lives of the project. */
  begin(name: string, life: number): string;
  ready(name: string, details: unknown): void;
  /** What the integration manager says of the room that it has. */
  setFull(full: JournalFull | null): void;
  /** The present life of a process is about to end in peace. */
  leave(name: string): void;
  /** Which workers there are to be from now on. */
  setRoster(names: readonly string[]): void;
  /** The name of the present life. */
  lifeOf(name: string): string | undefined;
  /** The name of the life that ended, if one had begun. */
  end(name: string): string | undefined;
  peers(): Peers;
  /** Where the gateway listens besides its socket. */
  gateway(): string | undefined;
  endpoints(): { readonly intake?: string; readonly subject?: string; readonly events?: string };
  /** The journal's next sequence when the node was started: what comes after is new. */
  firstSequence(): number;
}

const shortNames: Readonly<Record<string, string>> = {
  'integration-manager': 'im',
  subject: 'su',
  services: 'sv',
  bridge: 'br',
};

export function createRegister(nonce: string, workerNames: readonly string[]): Register {
  const lives = new Map<string, string>();
  const workers = new Map<string, WorkerPeer>();
  let subject: SubjectPeer | undefined;
  let manager: ManagerPeer | undefined;
  let services: ServicesDetails | undefined;
  let firstSequence: number | undefined;
  let roster = workerNames;
  return {
    begin(name, life) {
      const short = shortNames[name] ?? `w${name.slice(name.indexOf('-') + 1)}.`;
      const incarnation = `${nonce}-${short}${life}`;
      lives.set(name, incarnation);
      if (name.startsWith('worker-')) workers.set(name, { name, incarnation });
      return incarnation;
    },
    ready(name, details) {
      if (name === 'subject') subject = details as SubjectPeer;
      if (name === 'services') services = details as ServicesDetails;
      if (name === 'integration-manager') {
        manager = details as ManagerPeer;
        firstSequence ??= manager.nextSequence;
      }
    },
    setFull(full) {
      if (manager) manager = { ...manager, full };
    },
    leave(name) {
      const worker = workers.get(name);
      if (worker) workers.set(name, { ...worker, isLeaving: true });
      if (name === 'integration-manager' && manager) manager = { ...manager, isLeaving: true };
    },
    setRoster(names) {
      roster = names;
    },
    lifeOf: (name) => lives.get(name),
    end(name) {
      const ended = lives.get(name);
      lives.delete(name);
      workers.delete(name);
      if (name === 'subject') subject = undefined;
      if (name === 'integration-manager') manager = undefined;
      if (name === 'services') services = undefined;
      return ended;
    },
    peers: () => ({
      ...(subject && { subject }),
      ...(manager && { integrationManager: manager }),
      workers: [...workers.values()],
      roster,
    }),
    gateway: () => services?.gateway,
    endpoints: () => ({
      ...(subject && { intake: subject.intake, subject: subject.incarnation }),
      ...(manager && { events: manager.events }),
    }),
    firstSequence: () => firstSequence ?? 1,
  };
}
