import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { type ExportEnd, type ExportHead, type ExportLine, exportJournal } from '../../journal/export.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { type Moment, sequenceBy, sequenceFrom } from '../../journal/moment.ts';
import { messageOf, PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes, pathFrom } from '../failure.ts';
import { withJournal } from '../journal-access.ts';
import { removedText } from '../removed-text.ts';

export async function run({ options, output, project }: Call): Promise<number> {
  const { from, to, out } = options as ExportFlags;
  if (out === undefined && output.format === 'json') {
    throw new PolarError('usage.invalid', 'An export is no single document.', {
      hint: 'Choose --format jsonl, or name a file with --out.',
    });
  }
  return withJournal(project(), async (reader) => {
    const info = reader.info();
    const first = from && from !== 'beginning' ? sequenceFrom(reader, from) : info.firstSequence;
    const last = to ? sequenceBy(reader, to) : info.nextSequence - 1;
    const asked = Math.max(1, first);
    if (asked < info.firstSequence && asked <= last) {
      output.note(removedText(asked, Math.min(last, info.firstSequence - 1)));
    }
    const lines = exportJournal(reader, first, last);
    const { head, end } = await output.during('exporting', (tell) => {
      // Lines that are seen to come need no other sign.
      if (out === undefined && process.stdout.isTTY) return toOutput(lines, output.lines);
      const told = tellOf(lines, (sequence) => tell(`exporting · seq ${sequence} of ${last}`));
      return out === undefined ? toOutput(told, output.lines) : toFile(told, out);
    });
    if (out !== undefined) {
      const data = { file: out, first: head.first, last: end.last, batches: end.batches, head: end.head };
      output.show(data, () => [summary(head, end, out)]);
    }
    const broken = brokenAt(reader, end, last);
    if (broken === undefined) return exitCodes.ok;
    if (broken < reader.info().firstSequence) {
      output.note(`the export ends before seq ${broken}: retention has removed it meanwhile; export again`);
      return exitCodes.findings;
    }
    output.note(`seq ${broken} does not hold, and the export ends before it; see: pzm journal verify`);
    return exitCodes.findings;
  });
}

interface ExportFlags {
  readonly from?: Moment | 'beginning';
  readonly to?: Moment;
  readonly out?: string;
}

interface Written {
  readonly head: ExportHead;
  readonly end: ExportEnd;
}

function* tellOf(lines: Iterable<ExportLine>, tell: (sequence: number) => void): Generator<ExportLine> {
  for (const line of lines) {
    if (line.kind === 'batch') tell(line.first);
    yield line;
  }
}

async function toOutput(
  lines: Iterable<ExportLine>,
  write: (lines: readonly string[]) => void,
): Promise<Written> {
  return written(lines, async (line) => {
    write([line]);
    // A slow reader must not make us hold the whole journal; one that has gone ends the process.
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  });
}

/** @throws io.failed, also when the file is there: evidence is not overwritten */
async function toFile(lines: Iterable<ExportLine>, path: string): Promise<Written> {
  let file: number | undefined;
  try {
    file = openSync(path, 'wx', 0o600);
    const fd = file;
    const done = await written(lines, async (line) => writeFileSync(fd, `${line}\n`));
    fsyncSync(fd);
    return done;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new PolarError(
      'io.failed',
      isThere ? `${path} is there already.` : `${path} cannot be written: ${messageOf(cause)}.`,
      { cause, hint: isThere ? 'Name a new file.' : 'Name a file in a folder that you may write to.' },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function written(
  lines: Iterable<ExportLine>,
  write: (line: string) => Promise<void>,
): Promise<Written> {
  let head: ExportHead | undefined;
  let end: ExportEnd | undefined;
  for (const line of lines) {
    if (line.kind === 'journal') head = line;
    else if (line.kind === 'end') end = line;
    await write(JSON.stringify(line));
  }
  if (!head || !end) throw new Error('An export begins with a head and ends with an end.');
  return { head, end };
}

/** Where the chain broke off; undefined when everything that was asked for is there. */
function brokenAt(reader: JournalReader, { last }: ExportEnd, wanted: number): number | undefined {
  return last < Math.min(wanted, reader.info().nextSequence - 1) ? last + 1 : undefined;
}

function summary({ first }: ExportHead, { batches, last, head }: ExportEnd, out: string): string {
  const where = pathFrom(process.cwd(), out);
  if (batches === 0) return `nothing to export · ${where} says so`;
  return `seq ${first}–${last} in ${countText(batches, 'batch', 'batches')} to ${where} · head ${head.slice(0, 6)}`;
}
