import { join } from 'node:path';
import { addMapping, changeMapping } from '../../editing/mapping-edits.ts';
import { formatTarget, type Mapping } from '../../flows/mapping.ts';
import { parseActionKey } from '../../model/action-key.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { editRules, type Rules } from '../edit-rules.ts';
import { pathFrom } from '../failure.ts';
import { fileNamed } from '../flow-place.ts';

export async function run(call: Call): Promise<number> {
  const [key = '', target = ''] = call.args;
  const { file, replace = false } = call.options as { readonly file?: string; readonly replace?: boolean };
  return await editRules(call, (rules) => {
    const there = rules.mappings.get(key);
    if (there?.origin === 'user') {
      if (!replace && formatTarget(there) !== target) throw taken(there);
      return { file: there.file, change: (document) => changeMapping(document, key, target) };
    }
    return {
      file: file === undefined ? fileFor(rules, key) : fileNamed(rules.project.mappingsDir, file),
      change: (document) => addMapping(document, key, target),
      remarks: there ? [`it takes the place of the product's own, ${formatTarget(there)}`] : [],
    };
  });
}

function taken(mapping: Mapping): PolarError {
  const place = `${pathFrom(process.cwd(), mapping.file)}:${mapping.line}`;
  const message = `"${mapping.name}" is mapped to ${formatTarget(mapping)} already, at ${place}.`;
  return new PolarError('usage.invalid', message, { hint: 'Change it with --replace.' });
}

/** Where the context's other mappings are, else where there are any, else a file of its own. */
function fileFor({ project, mappings }: Rules, key: string): string {
  const own = [...mappings.values()].filter(({ origin }) => origin === 'user');
  const contextOf = (text: string) => {
    const parsed = parseActionKey(text);
    return 'key' in parsed ? parsed.key.context : '';
  };
  const near = own.find(({ name }) => contextOf(name) === contextOf(key)) ?? own[0];
  return near?.file ?? join(project.mappingsDir, 'mappings.ini');
}
