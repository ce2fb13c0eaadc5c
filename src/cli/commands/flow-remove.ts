import { removeFlow } from '../../editing/flow-edits.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { remarksOnLeaving, requireOwnFlow } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [name = ''] = call.args;
  return await editRules(call, (rules) => {
    const flow = requireOwnFlow(rules, name, 'removed');
    return {
      file: flow.file,
      change: (document) => removeFlow(document, name),
      remarks: remarksOnLeaving(rules, flow),
    };
  });
}
