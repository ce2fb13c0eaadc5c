import { duration, integer, oneOf } from '../../config/settings.ts';
import { brokerOptions } from '../broker-flags.ts';
import type { CommandSpec, FamilySpec } from '../command.ts';
import { nameKinds } from '../completion/places.ts';

export const runCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'push <flow> [body]',
    summary: 'put a message in, and wait until it is settled',
    formats: ['json'],
    options: [
      { flags: '--key <name>', doc: 'its subject name; messages of one key run in order' },
      { flags: '--id <id>', doc: 'the same id is taken only once' },
      { flags: '--correlation <id>', doc: 'answer the task of this flow that waits under this id' },
      { flags: '--no-wait', doc: 'return when it is accepted' },
      { flags: '--wait', doc: 'return when it is settled, which is the default' },
      { flags: '--timeout <duration>', doc: 'how long to wait (30s)', read: duration(10, 600_000) },
      {
        flags: '--replay <file>',
        doc: 'push what "pzm tap --record" wrote; what was pushed before only once',
      },
      { flags: '--new-ids', doc: 'with --replay: push it again, whether it was before or not' },
    ],
    examples: [
      ['pzm push Orders \'{"id": 7}\'', 'a body as it is written'],
      ['pzm push Orders @order.json --id order-7', 'of a file, once'],
      ['pzm push Approval true --correlation loan-7', 'the answer that a flow waits for'],
      ['make-order | pzm push Orders - --no-wait', 'of a pipe'],
      ['pzm push Orders --replay orders.jsonl', 'what was recorded, in its order'],
    ],
    load: () => import('../commands/push.ts'),
  },
  {
    usage: 'config',
    summary: 'the settings as they hold for the next start, and where each comes from',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--workers <n>', doc: 'as "pzm up" would be told', read: integer(1, 64) },
      ...brokerOptions,
    ],
    examples: [['pzm config', 'value and origin of each; of a secret only where it lies']],
    load: () => import('../commands/config.ts'),
  },
  {
    usage: 'doctor',
    summary: 'what may keep a node from running well, each with its fix; exit 1 with errors',
    formats: ['json', 'jsonl'],
    examples: [
      ['pzm doctor', 'the machine and this project'],
      ['pzm doctor --format json', 'as data'],
    ],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'bridge',
    summary: 'the way out to the broker',
    commands: [
      {
        usage: 'check',
        summary:
          'walk the way to the broker, step by step; publishes nothing, makes nothing; exit 1 if a step fails',
        formats: ['json', 'jsonl'],
        options: brokerOptions,
        examples: [
          [
            'pzm bridge check',
            'as polar.ini has it: name, connection, certificate, login, exchanges, queues',
          ],
          ['pzm bridge check --broker amqp://localhost --broker-user guest', 'another one, before it is set'],
        ],
        load: () => import('../commands/bridge-check.ts'),
      },
      {
        usage: 'drop <sink>',
        summary: 'forget a sink that does not run any more: its cursor, and what it set aside',
        formats: ['json'],
        options: [{ flags: '--reason <text>', doc: 'why nobody needs it; it is journaled' }],
        examples: [
          ['pzm bridge drop old-amqp --reason "the broker was moved"', 'as pzm status bridge names it'],
        ],
        load: () => import('../commands/bridge-drop.ts'),
      },
    ],
  },
  {
    usage: 'completion [shell]',
    summary: 'a script by which bash, zsh or fish completes commands, options and names',
    formats: ['json'],
    options: [
      {
        flags: '--names <kind>',
        doc: `names of this project, one a line, as the scripts ask for them: ${nameKinds.join(', ')}`,
        read: oneOf(...nameKinds),
      },
    ],
    examples: [
      ['eval "$(pzm completion bash)"', 'in ~/.bashrc'],
      ['eval "$(pzm completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['pzm completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: () => import('../commands/completion.ts'),
  },
];
