import { mappingSection, parseTarget } from '../flows/mapping.ts';
import type { IniDocument, IniEntry, IniSection } from '../ini/document.ts';
import { addEntry, addSection, removeEntry, setValue } from '../ini/edit.ts';
import { parseActionKey } from '../model/action-key.ts';
import { PolarError } from '../model/errors.ts';

/*
 * Edits of action mappings: a document in, a document out. All throw usage.invalid for what cannot be done.
 */

/** After the last one of `[actionmapping]`, which is made where it is missing. */
export function addMapping(document: IniDocument, key: string, target: string): IniDocument {
  requireMapping(key, target);
  const section = sectionOf(document);
  if (section) return addEntry(document, section, { key, value: target });
  return addSection(document, mappingSection, [{ key, value: target }]);
}

export function changeMapping(document: IniDocument, key: string, target: string): IniDocument {
  requireMapping(key, target);
  return setValue(document, entryOf(document, key), target);
}

export function removeMapping(document: IniDocument, key: string): IniDocument {
  return removeEntry(document, entryOf(document, key));
}

function sectionOf({ sections }: IniDocument): IniSection | undefined {
  return sections.find(({ name }) => name === mappingSection);
}

function entryOf(document: IniDocument, key: string): IniEntry {
  const entry = sectionOf(document)?.entries.find((candidate) => candidate.key === key);
  if (entry) return entry;
  throw new PolarError('usage.invalid', `"${key}" is not mapped in ${document.file}.`);
}

function requireMapping(key: string, target: string): void {
  const parsed = parseActionKey(key);
  if ('problem' in parsed) {
    const message = `"${key}" is no action key: it ${parsed.problem} (column ${parsed.column}).`;
    throw new PolarError('usage.invalid', message, {
      hint: "Write it in quotes, as in a flow: 'Subject?Note?pass'",
    });
  }
  if (parseTarget(target)) return;
  throw new PolarError('usage.invalid', `"${target}" is no target of a mapping.`, {
    hint: 'Write Component.method, or exec:name.method for an executable.',
  });
}
