import { duration, integer } from '../../config/settings.ts';
import type { CommandSpec } from '../command.ts';
import { readBeginning } from '../moment-option.ts';

export const tapCommand: CommandSpec = {
  usage: 'tap [glob...]',
  summary: 'events as they are journaled; a glob with / is a topic, else a target',
  formats: ['json', 'jsonl'],
  options: [
    {
      flags: '--from <seq|time|beginning>',
      doc: 'what is journaled already, from there on',
      read: readBeginning,
    },
    {
      flags: '--where <condition>',
      doc: 'only events of which this holds, e.g. "data.facts.status = 503"; given again, all must hold',
      isList: true,
    },
    { flags: '--count <n>', doc: 'end after so many events', read: integer(1, 1_000_000_000) },
    { flags: '--for <duration>', doc: 'end after this time', read: duration(10) },
    { flags: '--no-follow', doc: 'end with what is there already' },
    { flags: '--headers', doc: 'with each event its routing header: sequence, key, source, number, time, …' },
    { flags: '--raw', doc: 'the bodies as they are, each followed by the end of a line' },
    { flags: '--deltas', doc: 'the time since the event before' },
    { flags: '--rate', doc: 'in place of events: how many a second, by topic, a line each second' },
    { flags: '--summary', doc: 'at the end: how many of which type, topic and target, and how often' },
    { flags: '--no-events', doc: 'show none of them, with --summary or --record' },
    { flags: '--record <file>', doc: 'write them to a new file, for "pzm push <flow> --replay <file>"' },
  ],
  examples: [
    ['pzm tap', 'whatever happens from now on'],
    ["pzm tap 'ObserveTarget/changed/' --format json", 'one topic, a CloudEvent a line'],
    ['pzm tap http:shop --from beginning', 'all that is known of a target, and what comes'],
    ["pzm tap --where 'data.facts.status = 503' --count 1", 'wait for the first one of its kind'],
    ["pzm tap 'Orders/*' --headers --deltas", 'how messages travel, and how long apart'],
    ['pzm tap --rate', 'how much flows where'],
    ['pzm tap --from 10:04 --no-follow --no-events --summary', 'what has happened since then, in numbers'],
    ["pzm tap 'Orders/' --record orders.jsonl", 'to be pushed again: pzm push Orders --replay orders.jsonl'],
  ],
  load: () => import('../commands/tap.ts'),
};
