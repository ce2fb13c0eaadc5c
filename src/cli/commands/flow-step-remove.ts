import { removeStep } from '../../editing/flow-edits.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { changeOfFlow } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [flow = '', step = ''] = call.args;
  return await editRules(call, (rules) =>
    changeOfFlow(rules, flow, (document) => removeStep(document, flow, step)),
  );
}
