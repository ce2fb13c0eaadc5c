import { duration, integer, oneOf } from '../../config/settings.ts';
import type { CommandSpec } from '../command.ts';
import { logLevels } from '../logs/log-line.ts';
import { readMoment, readSince } from '../moment-option.ts';
import { tapCommand } from './tap.ts';

export const seeCommands: readonly CommandSpec[] = [
  {
    usage: 'state [glob]',
    summary: 'is it all right? a line per target; exit 1 if any is not',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--at <seq|time>', doc: 'as it was: 7, 10:04, 2025-06-01T10:04:12Z', read: readMoment },
      { flags: '--watch', doc: 'live, until q or Ctrl-C; in a pipe a line per change' },
    ],
    examples: [
      ['pzm state', 'every target'],
      ['pzm state --watch', 'live; what has changed a moment ago is marked'],
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
  tapCommand,
  {
    usage: 'status [process]',
    summary: 'the processes of the running node',
    formats: ['json'],
    examples: [['pzm status worker-1', 'one of them']],
    load: () => import('../commands/status.ts'),
  },
  {
    usage: 'top',
    summary: 'the running node, live: processes, rates, latency, what waits, hottest topics, slowest looks',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '--once', doc: 'one picture as text, as in a pipe' },
      {
        flags: '--interval <duration>',
        doc: 'how often to look (1s)',
        read: duration(100, 3_600_000),
      },
    ],
    examples: [
      ['pzm top', 'q leaves, p holds, s sorts, ? explains'],
      ['pzm top --once', 'one picture, for a report'],
      ['pzm top --format json --interval 10s', 'a document every ten seconds, one a line'],
    ],
    load: () => import('../commands/top.ts'),
  },
  {
    usage: 'logs [process]',
    summary:
      'what the processes have logged, in the order of time; "up" is what a node in the background printed',
    formats: ['json', 'jsonl'],
    options: [
      { flags: '-f, --follow', doc: 'go on with what comes, over restarts; begins with the last 10 lines' },
      {
        flags: '--since <duration|time>',
        doc: 'from then on: 1h, 10:04, 2025-06-01T10:04:12Z',
        read: readSince,
      },
      {
        flags: '--level <level>',
        doc: `this one and the graver ones: ${logLevels.join(', ')}`,
        read: oneOf(...logLevels),
      },
      { flags: '--lines <n>', doc: 'the last n lines of it', read: integer(0, 1_000_000) },
    ],
    examples: [
      ['pzm logs -f', 'all of them, as it comes'],
      ['pzm logs worker-1 --since 1h', 'one of them'],
      ['pzm logs --level warn --format json', 'what should not have happened, as it was written'],
    ],
    load: () => import('../commands/logs.ts'),
  },
];
