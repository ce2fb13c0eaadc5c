import { duration, integer } from '../../config/settings.ts';
import { brokerOptions } from '../broker-flags.ts';
import type { CommandSpec, OptionSpec } from '../command.ts';

const orderTimeout: OptionSpec = {
  flags: '--timeout <duration>',
  doc: 'how long to wait (1m, for each process; 2m to reload); the node goes on with it',
  read: duration(100, 3_600_000),
};

export const startCommands: readonly CommandSpec[] = [
  {
    usage: 'init [dir]',
    summary: 'make a project: polar.ini and the folders beside it',
    formats: ['json'],
    options: [
      { flags: '--component <name>', doc: 'write a component and its test into a project that is there' },
      {
        flags: '--dev-certs',
        doc: 'make certificates for a broker and its client, for development; with a new project or in one that is there',
      },
    ],
    examples: [
      ['pzm init watch', 'make the folder "watch" and a project in it'],
      ['pzm init --component scales', 'write components/scales.js and test/scales.test.js'],
      ['pzm init --dev-certs', 'make certs/ with an authority, a server and a client'],
    ],
    load: () => import('../commands/init.ts'),
  },
  {
    usage: 'up',
    summary: 'start the node and stay, until Ctrl-C or "pzm down"',
    formats: ['jsonl'],
    options: [
      { flags: '-d, --detach', doc: 'leave it running in the background' },
      {
        flags: '--wait',
        doc: 'with -d, and as if it were given: return when the node is ready and has looked at every target',
      },
      {
        flags: '--timeout <duration>',
        doc: 'in the background: how long to wait (1m); the node goes on, and the exit code is 69',
        read: duration(100, 3_600_000),
      },
      { flags: '--demo', doc: 'a story of its own, with a temporary journal; needs no project' },
      { flags: '--workers <n>', doc: 'processes that run actions', read: integer(1, 64) },
      { flags: '--for <duration>', doc: 'stop after this time, e.g. 40s', read: duration(100) },
      ...brokerOptions,
    ],
    examples: [
      ['pzm up --demo --for 40s', 'see what it does'],
      ['pzm up -d', 'run this project in the background'],
      ['pzm up -d --wait --timeout 2m', 'for scripts: what is observed is known when it returns'],
      ['pzm up --broker amqps://rabbit.example.com/polar --broker-user polar', 'deliver to RabbitMQ as well'],
      ['pzm up --format jsonl', 'events as CloudEvents, one a line'],
    ],
    load: () => import('../commands/up.ts'),
  },
  {
    usage: 'down',
    summary: 'stop the node of this project; what is begun is finished',
    formats: ['json'],
    examples: [['pzm down', 'returns when it has ended']],
    load: () => import('../commands/down.ts'),
  },
  {
    usage: 'restart [process...]',
    summary: 'end processes of the running node in peace, one after the other, and start their successors',
    formats: ['json', 'jsonl'],
    options: [{ flags: '--all', doc: 'each but the supervisor' }, orderTimeout],
    examples: [
      ['pzm restart worker-1', 'what it has in hand is finished first; returns when the next one is ready'],
      ['pzm restart --all', 'one after the other; the node goes on'],
    ],
    load: () => import('../commands/restart.ts'),
  },
  {
    usage: 'scale [workers]',
    summary: 'how many workers the running node has, or is to have until it stops',
    formats: ['json'],
    options: [orderTimeout],
    examples: [
      ['pzm scale', 'how many there are'],
      ['pzm scale 4', 'as many from now on; nothing is lost, and each key keeps its order'],
    ],
    load: () => import('../commands/scale.ts'),
  },
  {
    usage: 'reload',
    summary:
      'have the running node read polar.ini, policies, flows, mappings and components again; exit 1 if they have problems',
    formats: ['json'],
    options: [orderTimeout],
    examples: [['pzm reload', 'says what is another now, and which settings wait for the next start']],
    load: () => import('../commands/reload.ts'),
  },
  {
    usage: 'observable',
    summary: 'run a small service that can be observed, with switches',
    formats: ['json'],
    options: [
      {
        flags: '--port <port>',
        doc: 'of 127.0.0.1; 0 takes a free one (8088)',
        read: integer(0, 65_535),
      },
    ],
    examples: [['pzm observable --port 8088', 'then: curl -X POST 127.0.0.1:8088/switch/down']],
    load: () => import('../commands/observable.ts'),
  },
];
