import { join } from 'node:path';
import type { JournalReader } from '../../journal/journal.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { type EventStory, eventStory } from '../event-story.ts';
import { flowStory } from '../flow-story.ts';
import { withJournal } from '../journal-access.ts';
import { readFlows } from '../project-files.ts';
import { type PushStory, pushStory } from '../push-story.ts';
import { sequenceIn } from '../set-aside.ts';
import { eventStoryLines, pushStoryLines } from '../story-text.ts';

export async function run({ args: [id = ''], output, project: load }: Call): Promise<void> {
  const project = load();
  const { push, events } = await withJournal(project, (reader) =>
    storiesOf(reader, id, join(project.dataDir, 'bridge')),
  );
  const flows = readFlows(project);
  const told = events.map((story) => ({
    ...story,
    flow: { ...story.flow, now: flowStory(flows, story.flow.name, story.flow.action) ?? null },
  }));
  output.show(push ? { ...push, events: told } : told[0], () => {
    const now = Date.now();
    return [
      ...(push ? [pushStoryLines(push, now)] : []),
      ...told.map((story) => eventStoryLines(story, story.flow.now ?? undefined, now, output.palette)),
    ].flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
  });
}

interface Stories {
  readonly push: PushStory | undefined;
  readonly events: readonly EventStory[];
}

/** `<journal>-<sequence>`, a sequence, or the id of a push; in this order, where an id may be read in two ways. */
async function storiesOf(reader: JournalReader, id: string, bridgeDir: string): Promise<Stories> {
  const { withBridge } = await import('../../journal/lmdb/bridge-reader.ts');
  const storyOf = (sequence: number) =>
    withBridge(bridgeDir, (bridge) => {
      const positions = bridge.sinks().map((sink) => ({ ...sink, row: bridge.rowOf(sink.name, sequence) }));
      return eventStory(reader, sequence, positions);
    });

  const { id: journalId, firstSequence, nextSequence } = reader.info();
  const sequence = sequenceIn(id, journalId);
  const event = sequence === undefined ? undefined : await storyOf(sequence);
  if (event) return { push: undefined, events: [event] };
  const push = pushStory(reader, id);
  if (!push) {
    const range = nextSequence > firstSequence ? ` It has seq ${firstSequence}–${nextSequence - 1}.` : '';
    const isRemoved = sequence !== undefined && sequence >= 1 && sequence < firstSequence;
    const what = isRemoved ? `had seq ${sequence}, which retention has removed` : `knows no "${id}"`;
    throw new PolarError('usage.invalid', `The journal ${journalId} ${what}.${range}`, {
      hint: 'Ids of pushes are forgotten a day after they were settled; "pzm tap --from beginning --format jsonl" has those of events.',
    });
  }
  const events = await Promise.all(push.events.map(storyOf));
  return { push, events: events.filter((story) => story !== undefined) };
}
