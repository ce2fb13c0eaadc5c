import { removeMapping } from '../../editing/mapping-edits.ts';
import { formatTarget } from '../../flows/mapping.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { editRules } from '../edit-rules.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<number> {
  const [key = ''] = call.args;
  return await editRules(call, ({ mappings }) => {
    const mapping = mappings.get(key);
    if (!mapping) throw unknownName('usage.invalid', 'action mapping', key, [...mappings.keys()]);
    if (mapping.origin === 'product') {
      throw new PolarError('usage.invalid', `"${key}" is the product's own and cannot be removed.`, {
        hint: `Map it to something else: pzm mapping add '${key}' Component.method, instead of ${formatTarget(mapping)}`,
      });
    }
    return { file: mapping.file, change: (document) => removeMapping(document, key) };
  });
}
