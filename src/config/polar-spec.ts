import { problemOfPart } from '../model/subject-name.ts';
import { brokerSpec } from './broker-spec.ts';
import { listenAddress } from './listen-address.ts';
import { secretReference } from './secret-reference.ts';
import {
  byteSize,
  duration,
  durationOrForever,
  integer,
  oneOf,
  type Setting,
  SettingProblem,
  text,
} from './settings.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A section of `polar.ini` and what it may say. */
export interface SectionSpec {
  readonly doc: string;
  readonly settings: Readonly<Record<string, Setting<unknown>>>;
}

/**
 * Everything that `polar.ini` may say, in the order in which it is printed. A setting without a fallback has a
 * default that depends on the machine; its `doc` says which.
 */
export const polarSpec = {
  node: {
    doc: 'Who this node is.',
    settings: {
      name: {
        read: nodeName,
        doc: "The first part of every subject name. Default: the host's name up to its first dot.",
        example: 'anna',
      },
    },
  },
  topology: {
    doc: 'How much runs at once.',
    settings: {
      workers: {
        read: integer(1, 64),
        doc: 'Processes that run the actions of flows.',
        example: '4',
        fallback: 2,
      },
      runs_per_worker: {
        read: integer(1, 1024),
        doc: 'Runs that one worker has at a time; each waits for its own target. The flows that let pushes, policies and orders in have room besides.',
        example: '64',
        fallback: 32,
      },
      runs_per_group: {
        read: integer(1, 1024),
        doc: 'Runs at a time, over all workers, that ask the same host and port.',
        example: '1',
        fallback: 4,
      },
      tasks_per_run: {
        read: integer(1, 64),
        doc: 'Tasks of one key that are given to a worker together.',
        example: '16',
        fallback: 64,
      },
    },
  },
  journal: {
    doc: 'What is kept.',
    settings: {
      dir: {
        read: text(),
        doc: 'The folder of data: journal, cursors and logs. From this file on, where it is no absolute path.',
        example: '/var/lib/polar-zmanager',
        fallback: '.polar',
      },
      retain: {
        read: durationOrForever(1000),
        doc: 'How long events are kept; what is older is removed when it is delivered. Or: forever.',
        example: '30d',
        fallback: 90 * 86_400_000,
        fallbackText: '90d',
      },
      max_size: {
        read: byteSize(1024 * 1024, 2 ** 40),
        doc: 'How much the journal may hold. The oldest events go before it is reached, if they are delivered; at it, nothing more is taken in.',
        example: '64GiB',
        fallback: 8 * 2 ** 30,
        fallbackText: '8GiB',
      },
      reserve: {
        read: byteSize(0, 2 ** 30),
        doc: 'Room on the disk that is held ready, so that retention can work when it is full; never more than the journal has itself. 0 for none.',
        example: '16MiB',
        fallback: 64 * 1024 * 1024,
        fallbackText: '64MiB',
      },
    },
  },
  run: {
    doc: 'What lives as long as the node runs.',
    settings: {
      dir: {
        read: text(),
        doc: 'The folder of sockets; short, for socket paths must be. Default: one under $XDG_RUNTIME_DIR, or the folder of temporary files.',
        example: '/run/polar-zmanager',
      },
    },
  },
  push: {
    doc: 'What comes from outside.',
    settings: {
      max_body: {
        read: byteSize(1, 8 * 1024 * 1024),
        doc: 'The largest body that is accepted.',
        example: '64KiB',
        fallback: 1024 * 1024,
      },
      max_attempts: {
        read: integer(1, 100),
        doc: 'Deliveries of one task before it becomes a dead letter.',
        example: '3',
        fallback: 5,
      },
      answer_within: {
        read: duration(100),
        doc: 'How long a task waits at @ASYNC for its answer, unless it has a deadline of its own.',
        example: '1d',
        fallback: 3_600_000,
        fallbackText: '1h',
      },
      max_pending: {
        read: integer(1, 10_000_000),
        doc: 'Accepted tasks that may wait in the journal; at this many, pushes are refused until there are fewer.',
        example: '10000',
        fallback: 100_000,
      },
    },
  },
  gateway: {
    doc: 'Pushes over HTTP, beside the socket of the command line. Needs a token, an hmac_key, or both.',
    settings: {
      listen: {
        read: listenAddress,
        doc: "An address of this machine's own loop, and a port; 0 takes a free one. Without it nothing listens.",
        example: '127.0.0.1:8080',
      },
      token: {
        read: secretReference(),
        doc: 'Where the token is that a request shows: a file, or a variable of the environment.',
        example: `\${file:gateway.token}`,
        secret: true,
      },
      hmac_key: {
        read: secretReference(),
        doc: 'Where the key is that a request is signed with.',
        example: `\${env:POLAR_GATEWAY_KEY}`,
        secret: true,
      },
    },
  },
  broker: brokerSpec,
  log: {
    doc: 'What the processes write down about themselves, in logs/polar.log of the folder of data.',
    settings: {
      level: {
        read: oneOf(...logLevels),
        doc: `One of ${logLevels.join(', ')}.`,
        example: 'debug',
        fallback: 'info',
      },
    },
  },
} as const satisfies Readonly<Record<string, SectionSpec>>;

/** One part of a subject name, or a `SettingProblem` that says what to write instead. */
function nodeName(written: string): string {
  const problem = problemOfPart(written);
  if (problem) throw new SettingProblem(`${problem.what}. ${problem.instead}`);
  return written;
}
