import { duration, integer } from '../../config/settings.ts';
import { brokerOptions } from '../broker-flags.ts';
import type { CommandSpec } from '../command.ts';

export const runCommands: readonly CommandSpec[] = [
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
    ],
    examples: [
      ['pzm push Orders \'{"id": 7}\'', 'a body as it is written'],
      ['pzm push Orders @order.json --id order-7', 'of a file, once'],
      ['pzm push Approval true --correlation order-7', 'the answer that a flow waits for'],
      ['make-order | pzm push Orders - --no-wait', 'of a pipe'],
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
];
