import { type Verification, verifyJournal } from '../../journal/verify.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { withJournal } from '../journal-access.ts';
import { timeText } from '../time-text.ts';

const shownCharacters = 6;

export async function run({ options, output, project }: Call): Promise<number> {
  const against = headOf(options['against'] as string | undefined);
  const verification = await output.during('verifying', (tell) =>
    withJournal(project(), (reader) => {
      const newest = reader.info().nextSequence - 1;
      return verifyJournal(reader, against, (sequence) => tell(`verifying · seq ${sequence} of ${newest}`));
    }),
  );
  output.show(verification, () => verificationLines(verification, against));
  if (!verification.holds) return exitCodes.findings;
  if (against === undefined) {
    if (verification.batches > 0) output.note(advice(verification.head));
    return exitCodes.ok;
  }
  return verification.anchoredAt === undefined ? exitCodes.findings : exitCodes.ok;
}

function verificationLines(verification: Verification, against: string | undefined): string[] {
  if (!verification.holds) return [`seq ${verification.sequence} does not hold: ${verification.problem}`];
  const { first, last, batches, head, anchoredAt, removedAt } = verification;
  const range = batches === 0 ? 'no records yet' : `seq ${first}–${last} consistent with itself`;
  const before =
    removedAt === null
      ? []
      : [`seq 1–${first - 1} removed by retention, last ${timeText(removedAt, Date.now())}`];
  const lines = [`${range} · head ${shortHead(head)}`, ...before];
  if (against === undefined) return lines;
  const shown = against.slice(0, 12);
  if (anchoredAt !== undefined) {
    const what =
      anchoredAt < first
        ? `it was the last to be removed, and seq ${first} follows it`
        : `nothing${removedAt === null ? '' : ` from seq ${first}`} up to there was changed after ${shown} was its head`;
    return [...lines, `unaltered since seq ${anchoredAt}: ${what}`];
  }
  const other = 'this is another journal, or it was rewritten';
  return removedAt === null
    ? [...lines, `no batch has the head ${shown}: ${other}`]
    : [
        ...lines,
        `no batch from seq ${first} on has the head ${shown}: it is older, of what was removed, and says nothing of what is left; or ${other}`,
      ];
}

function advice(head: string): string {
  return `keep the head elsewhere; later: pzm journal verify --against ${shortHead(head)}`;
}

function shortHead(head: string): string {
  return head.slice(0, shownCharacters);
}

function headOf(written: string | undefined): string | undefined {
  if (written === undefined || /^[0-9a-f]{6,64}$/i.test(written)) return written?.toLowerCase();
  throw new PolarError('usage.invalid', `"${written}" is no head of a journal.`, {
    hint: `Write at least ${shownCharacters} hex digits of it, as "pzm journal info" shows them.`,
  });
}
