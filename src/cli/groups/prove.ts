import { integer } from '../../config/settings.ts';
import type { CommandSpec, FamilySpec } from '../command.ts';
import { readBeginning, readMoment, readSince } from '../moment-option.ts';

export const proveCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'audit',
    summary: 'do the numbers add up? exit 1 if anything was lost',
    formats: ['json'],
    options: [
      {
        flags: '--since <duration|time>',
        doc: 'count from the minute on in which that was: 1h, 10:04, 2025-06-01T10:04:12Z',
        read: readSince,
      },
    ],
    examples: [
      ['pzm audit --format json', 'with the numbers of each target'],
      ['pzm audit --since 1h', 'what came of the last hour'],
    ],
    load: () => import('../commands/audit.ts'),
  },
  {
    usage: 'why <id>',
    summary: 'how an event or a push came about, as far as the journal tells',
    formats: ['json'],
    examples: [
      ['pzm why 80994fe9-3', 'an event by its id'],
      ['pzm why 3', 'an event by its sequence'],
      ['pzm why order-7', 'a push by its id'],
    ],
    load: () => import('../commands/why.ts'),
  },
  {
    name: 'journal',
    summary: 'what was recorded',
    commands: [
      {
        usage: 'export',
        summary: 'the journal as JSON lines, to be verified elsewhere; exit 1 if it does not hold',
        formats: ['json', 'jsonl'],
        options: [
          {
            flags: '--from <seq|time|beginning>',
            doc: 'begin with the batch that has this (beginning)',
            read: readBeginning,
          },
          {
            flags: '--to <seq|time>',
            doc: 'end with the batch that has this (the newest)',
            read: readMoment,
          },
          { flags: '--out <file>', doc: 'write a new file instead of the standard output' },
        ],
        examples: [
          [
            'pzm journal export --out journal.jsonl',
            'all of it; docs/journal-export.md says how to verify it',
          ],
          ['pzm journal export --from 10:00 --to 11:00', 'an hour of it'],
        ],
        load: () => import('../commands/journal-export.ts'),
      },
      {
        usage: 'info',
        summary: 'what the journal holds, and its head',
        formats: ['json'],
        examples: [['pzm journal info', 'the whole head, to keep elsewhere']],
        load: () => import('../commands/journal-info.ts'),
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
        load: () => import('../commands/journal-verify.ts'),
      },
    ],
  },
  {
    name: 'dlq',
    summary: 'what could not be delivered, and tasks that could not be done',
    commands: [
      {
        usage: 'list',
        summary: 'events in quarantine, and dead letters of tasks',
        formats: ['json', 'jsonl'],
        options: [
          { flags: '--sink <name>', doc: 'only the events of this sink' },
          { flags: '--most <n>', doc: 'at most so many (1000)', read: integer(1, 1_000_000) },
        ],
        examples: [['pzm dlq list', 'each with its reason']],
        load: () => import('../commands/dlq-list.ts'),
      },
      {
        usage: 'show <id>',
        summary: 'all of one: an event by id or sequence, a task by id or dead-<n>',
        formats: ['json'],
        examples: [
          ['pzm dlq show 80994fe9-7', 'an event that was set aside'],
          ['pzm dlq show dead-12', 'a task, with its body'],
        ],
        load: () => import('../commands/dlq-show.ts'),
      },
      {
        usage: 'retry [id...]',
        summary: 'have events sent again that were set aside, and dead letters tried again, with their ids',
        formats: ['json'],
        options: [
          { flags: '--all', doc: 'all that is in quarantine' },
          { flags: '--sink <name>', doc: 'only those of this sink' },
          { flags: '--reason <text>', doc: 'why it will be taken now, for the journal' },
        ],
        examples: [
          ['pzm dlq retry 80994fe9-7', 'one, by its id'],
          ['pzm dlq retry dead-12', 'a task'],
          ['pzm dlq retry --all --sink amqp --reason "the queue is bound again"', 'all of a sink'],
        ],
        load: () => import('../commands/dlq-retry.ts'),
      },
      {
        usage: 'drop [id...]',
        summary: 'give up events that were set aside, or dead letters; that they were stays in the journal',
        formats: ['json'],
        options: [
          { flags: '--all', doc: 'all that is in quarantine or to be sent again' },
          { flags: '--sink <name>', doc: 'only those of this sink' },
          { flags: '--reason <text>', doc: 'why nobody needs them; it is journaled' },
        ],
        examples: [['pzm dlq drop 80994fe9-7 --reason "a test of ours"', 'one, by its id']],
        load: () => import('../commands/dlq-drop.ts'),
      },
    ],
  },
];
