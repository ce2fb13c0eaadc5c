import { duration, integer } from '../config/settings.ts';
import type { CommandSpec, FamilySpec } from './command.ts';

/** Every command, in the groups and the order in which help shows them. What they do is in `commands/`. */
export const commandTable: readonly {
  readonly group: string;
  readonly commands: readonly (CommandSpec | FamilySpec)[];
}[] = [
  {
    group: 'start',
    commands: [
      {
        usage: 'init [dir]',
        summary: 'make a project: polar.ini and the folders beside it',
        formats: ['json'],
        examples: [['pzm init watch', 'make the folder "watch" and a project in it']],
        load: () => import('./commands/init.ts'),
      },
      {
        usage: 'up',
        summary: 'start the node and stay, until Ctrl-C or "pzm down"',
        formats: ['jsonl'],
        options: [
          { flags: '-d, --detach', doc: 'leave it running in the background' },
          { flags: '--demo', doc: 'a story of its own, with a temporary journal; needs no project' },
          { flags: '--workers <n>', doc: 'processes that run actions', read: integer(1, 64) },
          { flags: '--for <duration>', doc: 'stop after this time, e.g. 40s', read: duration(100) },
        ],
        examples: [
          ['pzm up --demo --for 40s', 'see what it does'],
          ['pzm up -d', 'run this project in the background'],
          ['pzm up --format jsonl', 'events as CloudEvents, one a line'],
        ],
        load: () => import('./commands/up.ts'),
      },
      {
        usage: 'down',
        summary: 'stop the node of this project; what is begun is finished',
        formats: ['json'],
        examples: [['pzm down', 'returns when it has ended']],
        load: () => import('./commands/down.ts'),
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
        load: () => import('./commands/observable.ts'),
      },
    ],
  },
  {
    group: 'see',
    commands: [
      {
        usage: 'state [glob]',
        summary: 'is it all right? a line per target; exit 1 if any is not',
        formats: ['json', 'jsonl'],
        examples: [
          ['pzm state', 'every target'],
          ["pzm state 'http:*' --format json", 'those that http observes, as data'],
        ],
        load: () => import('./commands/state.ts'),
      },
      {
        usage: 'observe <target> [what]',
        summary: 'look now: at a target of the running node, or at anything',
        formats: ['json', 'jsonl'],
        options: [
          { flags: '--save <name>', doc: 'write what was seen as policies/<name>.ini' },
          {
            flags: '--timeout <duration>',
            doc: 'how long to wait (30s; 5s without a node)',
            read: duration(10, 600_000),
          },
        ],
        examples: [
          ['pzm observe shop', 'the target http:shop, on the running node'],
          ['pzm observe http https://example.org/', 'by the http observer, without a node'],
          ['pzm observe http https://example.org/ --save site', 'and expect the same from now on'],
        ],
        load: () => import('./commands/observe.ts'),
      },
      {
        usage: 'tap [glob...]',
        summary: 'events as they are journaled; a glob with / is a topic, else a target',
        formats: ['jsonl'],
        options: [{ flags: '--from <seq|beginning>', doc: 'what is journaled already, from there on' }],
        examples: [
          ['pzm tap', 'whatever happens from now on'],
          ["pzm tap 'ObserveTarget/changed/' --format jsonl", 'one topic, as CloudEvents'],
          ['pzm tap http:shop --from beginning', 'all that is known of a target, and what comes'],
        ],
        load: () => import('./commands/tap.ts'),
      },
      {
        usage: 'status [process]',
        summary: 'the processes of the running node',
        formats: ['json'],
        examples: [['pzm status worker-1', 'one of them']],
        load: () => import('./commands/status.ts'),
      },
    ],
  },
  {
    group: 'write',
    commands: [
      {
        usage: 'check [path]',
        summary: 'read all files of the project and report their problems; exit 1 if there are any',
        formats: ['json'],
        examples: [
          ['pzm check', 'the whole project'],
          ['pzm check policies/shop.ini', 'what concerns one file'],
        ],
        load: () => import('./commands/check.ts'),
      },
      {
        name: 'flow',
        summary: 'how messages travel',
        commands: [
          {
            usage: 'list',
            summary: "every flow, the product's own and yours",
            formats: ['json', 'jsonl'],
            examples: [['pzm flow list', 'name, origin, steps and place of each']],
            load: () => import('./commands/flow-list.ts'),
          },
          {
            usage: 'lint [name...]',
            summary: 'problems of flows and their action mappings; exit 1 if there are any',
            formats: ['json', 'jsonl'],
            examples: [['pzm flow lint', 'all of them']],
            load: () => import('./commands/flow-lint.ts'),
          },
          {
            usage: 'show <name>',
            summary: 'the steps of a flow, and what runs at each',
            formats: ['json'],
            examples: [['pzm flow show ObserveTarget', 'what becomes of an observation']],
            load: () => import('./commands/flow-show.ts'),
          },
        ],
      },
      {
        name: 'policy',
        summary: 'what is observed and expected',
        commands: [
          {
            usage: 'list',
            summary: 'the targets that the policy files name',
            formats: ['json', 'jsonl'],
            examples: [['pzm policy list', 'name, interval and expectations of each']],
            load: () => import('./commands/policy-list.ts'),
          },
          {
            usage: 'show [target]',
            summary: 'the set that is in force, or all settings of a target',
            formats: ['json'],
            examples: [
              ['pzm policy show', 'since when, and from which files'],
              ['pzm policy show http:shop', 'as written, defaults filled in'],
            ],
            load: () => import('./commands/policy-show.ts'),
          },
        ],
      },
    ],
  },
  {
    group: 'prove',
    commands: [
      {
        usage: 'audit',
        summary: 'do the numbers add up? exit 1 if anything was lost',
        formats: ['json'],
        examples: [['pzm audit --format json', 'with the numbers of each target']],
        load: () => import('./commands/audit.ts'),
      },
      {
        name: 'journal',
        summary: 'what was recorded',
        commands: [
          {
            usage: 'info',
            summary: 'what the journal holds, and its head',
            formats: ['json'],
            examples: [['pzm journal info', 'the whole head, to keep elsewhere']],
            load: () => import('./commands/journal-info.ts'),
          },
          {
            usage: 'verify',
            summary: 'compute the hash chain again; exit 1 at the first sequence that does not hold',
            formats: ['json'],
            options: [
              { flags: '--against <head>', doc: 'a head that was kept elsewhere, or its first characters' },
            ],
            examples: [
              ['pzm journal verify', 'is it consistent with itself?'],
              ['pzm journal verify --against 5c1de7', 'and unaltered since that head was kept?'],
            ],
            load: () => import('./commands/journal-verify.ts'),
          },
        ],
      },
    ],
  },
  {
    group: 'run',
    commands: [
      {
        usage: 'push <flow> [body]',
        summary: 'put a message in, and wait until it is settled',
        formats: ['json'],
        options: [
          { flags: '--key <name>', doc: 'its subject name; messages of one key run in order' },
          { flags: '--id <id>', doc: 'the same id is taken only once' },
          { flags: '--no-wait', doc: 'return when it is accepted' },
          { flags: '--wait', doc: 'return when it is settled, which is the default' },
          { flags: '--timeout <duration>', doc: 'how long to wait (30s)', read: duration(10, 600_000) },
        ],
        examples: [
          ['pzm push Orders \'{"id": 7}\'', 'a body as it is written'],
          ['pzm push Orders @order.json --id order-7', 'of a file, once'],
          ['make-order | pzm push Orders - --no-wait', 'of a pipe'],
        ],
        load: () => import('./commands/push.ts'),
      },
    ],
  },
];
