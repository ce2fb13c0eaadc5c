import { renameFlow } from '../../editing/flow-edits.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { remarksOnLeaving, requireOwnFlow } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [name = '', to = ''] = call.args;
  return await editRules(call, (rules) => {
    const flow = requireOwnFlow(rules, name, 'renamed');
    const there = rules.flows.get(to);
    if (there && there !== flow) {
      throw new PolarError('usage.invalid', `There is a flow "${to}" already.`, {
        hint: 'Choose another name.',
      });
    }
    return {
      file: flow.file,
      change: (document) => renameFlow(document, name, to),
      remarks: name === to ? [] : remarksOnLeaving(rules, flow),
    };
  });
}
