import type { BrokerSettings } from '../config/broker.ts';
import type { NodeSettings } from '../config/polar-ini.ts';

/** What the supervisor tells the processes of a node about themselves and one another. */

export interface SubjectPeer {
  readonly incarnation: string;
  /** Where tasks and words are pushed to. */
  readonly intake: string;
}

export interface ManagerPeer {
  readonly incarnation: string;
  readonly results: string;
  readonly events: string;
  /** Of the journal, when it became ready. */
  readonly nextSequence: number;
  /** Why its results wait for room; null while they do not. */
  readonly full: JournalFull | null;
  /** It is about to end in peace: what is finished now is for its successor. */
  readonly isLeaving?: true;
}

export type JournalFull =
  /** The disk that holds the journal is full. */
  | { readonly kind: 'disk' }
  /** The journal is as large as it may be, and `heldBy` says what keeps it from being shortened. */
  | { readonly kind: 'limit'; readonly maxBytes: number; readonly heldBy: string };

export interface WorkerPeer {
  readonly name: string;
  readonly incarnation: string;
  /** It is about to end in peace: nothing more is leased to it. */
  readonly isLeaving?: true;
}

/** Who lives now; an absent one is dead or has not started, and its successor will be announced. */
export interface Peers {
  readonly subject?: SubjectPeer;
  readonly integrationManager?: ManagerPeer;
  readonly workers: readonly WorkerPeer[];
  /** Names of the workers that there are to be: one that is dead now comes back, one that is not among them does not. */
  readonly roster: readonly string[];
}

export type SupervisorWord =
  | { readonly type: 'peers'; readonly peers: Peers }
  /** Seen by the operating system: nothing of this worker works any more (R2). */
  | {
      readonly type: 'worker.gone';
      readonly worker: string;
      readonly incarnation: string;
      readonly reason: string;
      /** It was told to end: nothing that it had in hand is to blame. */
      readonly expected: boolean;
    };

/** Where events go; each has a cursor of its own. */
export type SinkChoice = (TerminalChoice | AmqpChoice) & {
  /** Events up to this sequence are not its business: a terminal shows what happens now. */
  readonly after: number;
};

/** A broker. What it is shown is read by the bridge: nothing secret crosses the channel. */
export interface AmqpChoice {
  readonly kind: 'amqp';
  readonly broker: BrokerSettings;
  /** Where relative paths of its files begin. */
  readonly baseDir: string;
}

/** The events are printed by the bridge, to the standard output that it inherits. */
export interface TerminalChoice {
  readonly kind: 'terminal';
  readonly format: 'text' | 'jsonl';
  readonly colour: boolean;
}

/** What a process is told before it is ready. Plain data: it crosses the fork channel. */
export interface ChildConfiguration {
  readonly name: string;
  /** Unique over all lives of all processes of the project. */
  readonly incarnation: string;
  readonly version: string;
  readonly node: string;
  /** When this life of the node began, ms since the epoch: the same for all of its processes, and for their restarts. */
  readonly startedAt: number;
  readonly runDir: string;
  readonly dataDir: string;
  /** The package's root, where the product's own flows are. */
  readonly productDir: string;
  /** Where `policies/`, `flows/` and `actionmappings/` of the project are. */
  readonly projectDir: string;
  readonly settings: NodeSettings;
  /** None: events stay in the journal. */
  readonly sinks: readonly SinkChoice[];
  readonly peers: Peers;
}

/** Of the services, when they are ready. */
export interface ServicesDetails {
  /** `http://127.0.0.1:8080`, where the gateway listens besides its socket. */
  readonly gateway?: string;
}

/** What the services tell the supervisor. */
export type ServicesWord = {
  readonly type: 'policy';
  readonly revision: string;
  readonly hash: string;
  readonly targets: number;
  readonly refused: boolean;
};

/** What the integration manager tells it: there is no room for results any more, or there is again. */
export type ManagerWord = { readonly type: 'journal'; readonly full: JournalFull | null };

/** What the subject tells the supervisor. */
export type SubjectWord =
  /** When it has drained. */
  | { readonly type: 'in-flight'; readonly tasks: number }
  /** Nothing of a worker that leaves is under way any more: its results are committed. */
  | { readonly type: 'worker.idle'; readonly incarnation: string };

/** What waits in the subject, and what for: part of what it says of itself when it is asked. */
export interface Pressure {
  /** Tasks that no worker has. */
  readonly waiting: number;
  /** Runs that a worker has or whose result is on its way. */
  readonly outstanding: number;
  /** Runs that workers have in hand, and how many they may have. */
  readonly busy: number;
  readonly slots: number;
  /** Rows of `pending` among the tasks that wait or run here; all others wait on disk. */
  readonly rowsHeld: number;
  /** Workers that nothing is leased before. */
  readonly awaited: readonly string[];
  /** Tasks that wait for the time of their next attempt. */
  readonly inBackOff: number;
  /** Where most tasks wait for room: a host or resource that is asked as often as it may be. */
  readonly fullestGroup: { readonly name: string; readonly tasks: number; readonly runs: number } | null;
  /** Where most tasks wait behind the one run of their key. */
  readonly longestKey: { readonly name: string; readonly tasks: number } | null;
}
