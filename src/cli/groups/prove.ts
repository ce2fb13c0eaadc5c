import type { CommandSpec, FamilySpec } from '../command.ts';
import { readBeginning, readMoment } from '../moment-option.ts';

export const proveCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'audit',
    summary: 'do the numbers add up? exit 1 if anything was lost',
    formats: ['json'],
    examples: [['pzm audit --format json', 'with the numbers of each target']],
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
];
