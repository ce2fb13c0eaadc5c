import { join } from 'node:path';
import { addFlow } from '../../editing/flow-edits.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { pathFrom } from '../failure.ts';
import { fileNamed, fileNameOf } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const {
    args: [name = ''],
    rest: steps,
    options,
  } = call;
  const { file: named } = options as { readonly file?: string };
  return await editRules(call, ({ project: { flowsDir }, flows }) => {
    const there = flows.get(name);
    if (there?.origin === 'user') {
      const place = `${pathFrom(process.cwd(), there.file)}:${there.line}`;
      throw new PolarError('usage.invalid', `There is a flow "${name}" already, at ${place}.`, {
        hint: `Change it with: pzm flow step add ${name} …`,
      });
    }
    return {
      file: named === undefined ? join(flowsDir, `${fileNameOf(name)}.ini`) : fileNamed(flowsDir, named),
      change: (document) => addFlow(document, name, steps),
      remarks: there ? [`it takes the place of the product's own ${name}`] : [],
    };
  });
}
