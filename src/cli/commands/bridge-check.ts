import type { CheckedStep } from '../../bridge/amqp/checked-step.ts';
import { PolarError } from '../../model/errors.ts';
import { printable } from '../../model/facts-text.ts';
import { brokerOverrides } from '../broker-flags.ts';
import { alignColumns, type Cell } from '../columns.ts';
import type { Call } from '../command.ts';
import { exitCodes } from '../failure.ts';

export async function run(call: Call): Promise<number> {
  const { output, options, project } = call;
  const { root, settings } = project({ broker: brokerOverrides(options) });
  if (!settings.broker) {
    throw new PolarError('usage.invalid', 'No broker is set.', {
      hint: 'Set "url" under [broker] in polar.ini, or give --broker.',
    });
  }
  const { checkBroker } = await import('../../bridge/amqp/check.ts');
  const { broker } = settings;
  const steps = await output.during('asking the broker', () => checkBroker(broker, root));
  output.show(steps, () => stepLines(steps, call));
  return steps.some(({ state }) => state === 'error') ? exitCodes.findings : exitCodes.ok;
}

const words = { ok: 'ok', warning: 'warning', error: 'failed' } as const;

function stepLines(steps: readonly CheckedStep[], { output: { palette } }: Call): string[] {
  const lines = alignColumns(
    steps.map(({ name, state, message }): Cell[] => [
      state === 'unseen' ? '–' : { text: words[state], paint: state === 'ok' ? palette.good : palette.grave },
      printable(name),
      printable(message),
    ]),
  );
  return steps.flatMap(({ fix }, index) => {
    const line = lines[index] ?? '';
    return fix === null ? [line] : [line, `  → ${printable(fix)}`];
  });
}
