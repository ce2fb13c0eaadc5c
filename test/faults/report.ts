import { appendFileSync } from 'node:fs';
import { messageOf } from '../../src/model/errors.ts';
import { formatLedger, isSound, type Ledger } from './ledger.ts';

export interface Outcome {
  readonly isSound: boolean;
  text: string;
}

/** Runs one cell and writes its line where `npm run faults` reads it; what the cell throws makes it red. */
export async function report(
  name: string,
  cell: () => Promise<Ledger>,
  isAsItShould: (ledger: Ledger) => boolean = isSound,
): Promise<Outcome> {
  const begun = performance.now();
  const outcome = await cell().then(
    (ledger): Outcome => ({ isSound: isAsItShould(ledger), text: formatLedger(ledger) }),
    (error: unknown): Outcome => ({ isSound: false, text: messageOf(error) }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const file = process.env['POLAR_FAULTS_REPORT'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, seconds, ...outcome })}\n`);
  return outcome;
}
