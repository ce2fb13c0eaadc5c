import { duration, integer } from '../../config/settings.ts';
import type { CommandSpec } from '../command.ts';
import { readBeginning, readMoment } from '../moment-option.ts';

export const seeCommands: readonly CommandSpec[] = [
  {
    usage: 'state [glob]',
    summary: 'is it all right? a line per target; exit 1 if any is not',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--at <seq|time>', doc: 'as it was: 7, 10:04, 2025-06-01T10:04:12Z', read: readMoment },
    ],
    examples: [
      ['pzm state', 'every target'],
      ["pzm state 'http:*' --format json", 'those that http observes, as data'],
      ['pzm state --at 10:04', 'as it was at that time, by the journal'],
    ],
    load: () => import('../commands/state.ts'),
  },
  {
    usage: 'history <target>',
    summary: 'what happened to a target, oldest first',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--last <n>', doc: 'the newest n events only', read: integer(1, 1_000_000) },
      { flags: '--attested', doc: 'also how much of what was due was looked at, period by period' },
    ],
    examples: [
      ['pzm history http:shop', 'all that the journal has of it'],
      ['pzm history shop --last 5 --format jsonl', 'the newest five, one a line'],
      ['pzm history shop --attested', 'and when nobody looked, and why'],
    ],
    load: () => import('../commands/history.ts'),
  },
  {
    usage: 'observe <target> [what]',
    summary: 'look now: at a target of the running node, or at anything',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--save <name>', doc: 'write what was seen as policies/<name>.ini' },
      { flags: '--dry-run', doc: 'with --save: say what would be written, and write nothing' },
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
      ['pzm observe tls example.org:443', 'its certificate'],
      ['pzm observe file /etc/hosts', 'a file, a folder or a pattern'],
    ],
    load: () => import('../commands/observe.ts'),
  },
  {
    usage: 'tap [glob...]',
    summary: 'events as they are journaled; a glob with / is a topic, else a target',
    formats: ['jsonl'],
    options: [
      {
        flags: '--from <seq|time|beginning>',
        doc: 'what is journaled already, from there on',
        read: readBeginning,
      },
    ],
    examples: [
      ['pzm tap', 'whatever happens from now on'],
      ["pzm tap 'ObserveTarget/changed/' --format jsonl", 'one topic, as CloudEvents'],
      ['pzm tap http:shop --from beginning', 'all that is known of a target, and what comes'],
    ],
    load: () => import('../commands/tap.ts'),
  },
  {
    usage: 'status [process]',
    summary: 'the processes of the running node',
    formats: ['json'],
    examples: [['pzm status worker-1', 'one of them']],
    load: () => import('../commands/status.ts'),
  },
];
