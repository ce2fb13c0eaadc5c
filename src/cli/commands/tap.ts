import { SettingProblem } from '../../config/settings.ts';
import type { Moment } from '../../journal/moment.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import type { Format } from '../output.ts';
import { openSignals } from '../signals.ts';
import { stepAside } from '../step-aside.ts';
import { createEventFilter } from '../tap/filter.ts';
import { openRecordFile } from '../tap/record-file.ts';
import { tapJournal } from '../tap/tapping.ts';
import { createView, type ViewFlags } from '../tap/view.ts';
import { parseWhere, type Where } from '../tap/where.ts';
import { isoText } from '../time-text.ts';

export async function run({ rest, options, output, project: load, version }: Call): Promise<number> {
  const flags = options as TapFlags;
  checkFlags(flags, output.format);
  const filter = createEventFilter(rest, (flags.where ?? []).map(readWhere));
  const project = load();
  const signals = openSignals();
  const time = flags.for === undefined ? [] : [AbortSignal.timeout(flags.for)];
  await tapJournal({
    project,
    output,
    filter,
    from: flags.from,
    count: flags.count,
    isFollowing: flags.follow !== false,
    signal: AbortSignal.any([signals.signal, ...time]),
    open({ id, node }, first) {
      // Not before: whoever opens the journal holds up commits for as long as that takes (ADR 20).
      stepAside();
      const time = isoText(Date.now());
      const head = { kind: 'recording', format: 1, version, node, journal: id, first, time } as const;
      return createView(
        flags,
        output,
        flags.record === undefined ? undefined : openRecordFile(flags.record, head),
      );
    },
  });
  signals.close();
  return signals.exitCode();
}

interface TapFlags extends ViewFlags {
  readonly from?: Moment | 'beginning';
  readonly where?: readonly string[];
  readonly count?: number;
  readonly for?: number;
  readonly record?: string;
  /** False with `--no-follow`. */
  readonly follow?: boolean;
}

/** @throws usage.invalid for what makes no sense together */
function checkFlags(flags: TapFlags, format: Format): void {
  const { rate, raw, headers, deltas, summary, events, record, follow, from } = flags;
  if (rate && (raw || headers || deltas)) {
    throw wrong('--rate counts events and shows none.', 'Leave --raw, --headers and --deltas out.');
  }
  if (raw && (deltas || format !== 'text')) {
    throw wrong('--raw writes bodies as they are.', 'Leave --deltas and --format out.');
  }
  if (events === false && !(rate || summary || record !== undefined)) {
    throw wrong('With --no-events nothing is left to show.', 'Add --summary, --rate or --record.');
  }
  if (follow === false && from === undefined) {
    throw wrong(
      'Without --from there is nothing before the end.',
      'Add --from beginning, or leave --no-follow out.',
    );
  }
}

/** @throws usage.invalid */
function readWhere(written: string): Where {
  try {
    return parseWhere(written);
  } catch (problem) {
    if (problem instanceof SettingProblem) throw wrong(`--where "${written}" ${problem.message}`, whereHint);
    throw problem;
  }
}

const whereHint =
  'Write a field, an operator and a value, e.g. "data.facts.status = 503", "type like *.violated".';

function wrong(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}
