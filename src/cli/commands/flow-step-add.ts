import { addStep } from '../../editing/flow-edits.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { changeOfFlow, placeOf } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [flow = '', step = ''] = call.args;
  const place = placeOf(call.options);
  return await editRules(call, (rules) =>
    changeOfFlow(rules, flow, (document) => addStep(document, flow, step, place)),
  );
}
