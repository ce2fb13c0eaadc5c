import { describeEvent, type Palette } from '../model/event-text.ts';
import { printable, scalarText } from '../model/facts-text.ts';
import type { PolicyPlace } from '../policies/policy-place.ts';
import { alignColumns } from './columns.ts';
import type { Delivery, EventStory, TaskStory } from './event-story.ts';
import type { FlowStory } from './flow-story.ts';
import type { PushStory } from './push-story.ts';
import type { RunStory } from './run-story.ts';
import { runLines, walkLines } from './run-story-text.ts';
import { timeText } from './time-text.ts';

/** An event's story, a line per thing that is known, each under its word. */
export function eventStoryLines(
  story: EventStory,
  flow: FlowStory | undefined,
  now: number,
  palette: Palette,
): string[] {
  const { word, tone, name, details, more } = describeEvent(story.event);
  const toned = tone ? palette[tone](word) : word;
  const { commit, policy, failures, delivery } = story;
  return [
    labelled('event', [`${story.name}  ${toned} ${name}  ${details}`.trimEnd(), ...more]),
    labelled('task', taskLines(story.task, now)),
    labelled('run', story.run ? runLines(story.run, now) : []),
    labelled('flow', story.run ? walkedLines(story.run, flow) : flowLines(story.flow, flow)),
    labelled('commit', [
      `${timeText(Date.parse(commit.time), now)} · batch seq ${rangeText(commit.first, commit.last)} · head ${commit.head.slice(0, 12)}`,
    ]),
    labelled('policy', policy === null ? [] : [policyText(policy)]),
    labelled(
      'expected',
      failures.map(
        ({ fact, expected, actual, place }) =>
          `${printable(fact)} ${printable(expected)}, saw ${scalarText(actual)}${place ? ` · ${placeText(place)}` : ''}`,
      ),
    ),
    labelled('sink', delivery.length === 0 ? ['none: it is in the journal'] : delivery.map(deliveryText)),
    labelled('unknown', unknownLines(story.unknown, 'the journal does not keep them')),
  ].flat();
}

export function pushStoryLines(story: PushStory, now: number): string[] {
  const { name, state, outcome, reason, settledAt, events, children, deadLetter, run, unknown } = story;
  const settled = settledAt === null ? '' : ` at ${timeText(Date.parse(settledAt), now)}`;
  const why = reason === null ? '' : `: ${printable(reason)}`;
  return [
    labelled('push', [`${printable(name)}  ${outcome ?? state}${why}${settled}`]),
    labelled('error', deadLetter ? [`${deadLetter.code} ${printable(deadLetter.message)}`] : []),
    labelled('events', [events.length === 0 ? 'none' : `seq ${events.join(', ')}`]),
    labelled(
      'emitted',
      children.map((child) => `${printable(child.name)}  ${child.state}`),
    ),
    labelled('run', run ? runLines(run, now) : []),
    labelled('flow', run ? walkLines(run) : []),
    labelled('unknown', unknownLines(unknown, 'of what led to no event they are not kept')),
  ].flat();
}

const labelColumns = 10;

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(labelColumns)}${line}`);
}

function taskLines(task: TaskStory, now: number): string[] {
  const { id, source, number, due, key, time, attempts, causationId, correlationId } = task;
  const made = `${due === null ? '' : `due ${timeText(Date.parse(due), now)} · `}made ${timeText(Date.parse(time), now)}`;
  const cause = causationId === null ? '' : ` · caused by ${printable(causationId)}`;
  const correlation = correlationId === null ? '' : ` · correlation ${printable(correlationId)}`;
  return [
    `${id === null ? '' : `${printable(id)} · `}${printable(source)} ${number} · ${made} · delivery ${attempts}`,
    `key ${printable(key)}${cause}${correlation}`,
  ];
}

function flowLines({ name, action }: EventStory['flow'], flow: FlowStory | undefined): string[] {
  if (!flow) return [`${printable(name)}, published as ${printable(action)}; there is no such flow now`];
  const steps = flow.steps.map(({ text, does, isThis }) => [
    `  ${text}`,
    isThis ? `${does}  ← this event` : does,
  ]);
  return [`${flow.name} as the files say it now, revision ${flow.revision}`, ...alignColumns(steps)];
}

/** How it was walked; whoever goes on to read the files should know when they say something else now. */
function walkedLines(run: RunStory, flow: FlowStory | undefined): string[] {
  if (flow?.revision === run.flow.revision) return walkLines(run);
  return [
    ...walkLines(run),
    flow ? `the files say revision ${flow.revision} now` : 'there is no such flow now',
  ];
}

function unknownLines(unknown: readonly string[], why: string): string[] {
  return unknown.length === 0 ? [] : [`${unknown.join(', ')}: ${why}`];
}

function policyText({ revision, appliedBy, place }: NonNullable<EventStory['policy']>): string {
  const by = appliedBy === null ? 'its text is not in the journal' : `text in seq ${appliedBy}`;
  return `${printable(revision)} · ${by}${place ? ` · ${placeText(place)}` : ''}`;
}

function deliveryText({ sink, state, cursor, reason }: Delivery): string {
  switch (state) {
    case 'settled':
      return `${printable(sink)}: done with it, and with all up to seq ${cursor}`;
    case 'quarantined':
      return `${printable(sink)}: in quarantine, ${printable(reason ?? '')}`;
    case 'redriving':
      return `${printable(sink)}: to be sent again; it was in quarantine, ${printable(reason ?? '')}`;
    case 'waiting':
      return `${printable(sink)}: still to come, it has all up to seq ${cursor}`;
  }
}

function placeText({ file, line }: PolicyPlace): string {
  return `${printable(file)}:${line}`;
}

function rangeText(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`;
}
