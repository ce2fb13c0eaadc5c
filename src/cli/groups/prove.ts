import type { CommandSpec, FamilySpec } from '../command.ts';

export const proveCommands: readonly (CommandSpec | FamilySpec)[] = [
  {
    usage: 'audit',
    summary: 'do the numbers add up? exit 1 if anything was lost',
    formats: ['json'],
    examples: [['pzm audit --format json', 'with the numbers of each target']],
    load: () => import('../commands/audit.ts'),
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
