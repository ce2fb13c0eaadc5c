import { moveStep } from '../../editing/flow-edits.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { changeOfFlow, placeOf } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [flow = '', step = ''] = call.args;
  const place = placeOf(call.options);
  if (!place) {
    throw new PolarError('usage.invalid', 'It is not said where the step is to go.', {
      hint: 'Name its neighbour with --before or --after.',
    });
  }
  return await editRules(call, (rules) =>
    changeOfFlow(rules, flow, (document) => moveStep(document, flow, step, place)),
  );
}
