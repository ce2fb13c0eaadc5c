import type { IniDocument, IniEntry, IniSection } from '../ini/document.ts';
import {
  addSection,
  appendTexts,
  insertEntry,
  moveEntry,
  removeEntry,
  removeSection,
  renameKey,
  renameSection,
  sectionTexts,
} from '../ini/edit.ts';
import { formatActionKey, isKeyPart, parseActionKey } from '../model/action-key.ts';
import { PolarError } from '../model/errors.ts';
import { doneText } from '../model/flow.ts';
import { suggest } from '../model/suggestion.ts';

/*
 * Edits of flows: a document in, a document out, in which only the lines that the edit is about differ. All throw
 * usage.invalid for what cannot be done, flow.unknown for a flow that is not in the document.
 */

/** A step is named by its text, or by its place among the lines of the flow: the entry is 1. */
export type StepPlace = { readonly before: string } | { readonly after: string };

/** The entry and the end are added where they are not among the steps. */
export function addFlow(document: IniDocument, name: string, steps: readonly string[]): IniDocument {
  requireName(name);
  for (const step of steps) requireStep(step);
  const [first = ''] = steps;
  const isEntry = first.startsWith('?') && first !== doneText && !first.startsWith('??');
  const whole = [
    ...(isEntry ? [] : [`?${name}?Push`]),
    ...steps.filter((step) => step !== doneText),
    doneText,
  ];
  return addSection(
    document,
    name,
    whole.map((key) => ({ key })),
  );
}

/** The flow as another file has it, with the comment above it. */
export function copyFlow(document: IniDocument, from: IniDocument, name: string): IniDocument {
  return appendTexts(document, sectionTexts(from, sectionOf(from, name)));
}

export function removeFlow(document: IniDocument, name: string): IniDocument {
  return removeSection(document, sectionOf(document, name));
}

/** The header, and the entry where its context was the old name; steps keep their keys, for mappings know them by those. */
export function renameFlow(document: IniDocument, name: string, to: string): IniDocument {
  requireName(to);
  const section = sectionOf(document, name);
  const [entry] = section.entries;
  const renamed = renameSection(document, section, to);
  const parsed = entry && parseActionKey(entry.key);
  if (!entry || !parsed || 'problem' in parsed || parsed.key.context !== name) return renamed;
  return renameKey(renamed, entry, formatActionKey({ ...parsed.key, context: to }));
}

/** Before the flow's end unless `place` says otherwise. */
export function addStep(
  document: IniDocument,
  name: string,
  step: string,
  place: StepPlace | undefined,
): IniDocument {
  requireStep(step);
  const section = sectionOf(document, name);
  return insertEntry(document, section, indexOf(section, section.entries, place), { key: step });
}

export function removeStep(document: IniDocument, name: string, step: string): IniDocument {
  const section = sectionOf(document, name);
  return removeEntry(document, stepOf(section, section.entries, step));
}

export function moveStep(document: IniDocument, name: string, step: string, place: StepPlace): IniDocument {
  const section = sectionOf(document, name);
  const moved = stepOf(section, section.entries, step);
  // Numbers are those of the flow as it is, so the neighbour is found before the step is taken out.
  const neighbour = stepOf(section, section.entries, 'before' in place ? place.before : place.after);
  if (neighbour === moved) throw unusable('A step cannot be moved next to itself.', 'Name another step.');
  const index = section.entries.filter((entry) => entry !== moved).indexOf(neighbour);
  return moveEntry(document, section, moved, 'before' in place ? index : index + 1);
}

function indexOf(section: IniSection, entries: readonly IniEntry[], place: StepPlace | undefined): number {
  if (place && 'before' in place) return entries.indexOf(stepOf(section, entries, place.before));
  if (place) return entries.indexOf(stepOf(section, entries, place.after)) + 1;
  const done = entries.findIndex(({ key }) => key === doneText);
  return done < 0 ? entries.length : done;
}

function stepOf(section: IniSection, entries: readonly IniEntry[], written: string): IniEntry {
  const found = /^\d+$/.test(written)
    ? entries.slice(Number(written) - 1, Number(written))
    : entries.filter(({ key }) => key === written);
  const [entry] = found;
  if (entry && found.length === 1) return entry;
  if (entry) {
    const places = found.map((one) => entries.indexOf(one) + 1).join(' and ');
    throw unusable(`"${written}" is in ${section.name} more than once.`, `Name it by its place: ${places}.`);
  }
  const keys = entries.map(({ key }) => key);
  const meant = suggest(written, keys);
  throw unusable(
    `${section.name} has no step "${written}".`,
    meant === undefined ? `Its steps are ${keys.join(', ') || 'none'}.` : `Did you mean "${meant}"?`,
  );
}

function sectionOf(document: IniDocument, name: string): IniSection {
  const section = document.sections.find((candidate) => candidate.name === name);
  if (section) return section;
  throw new PolarError('flow.unknown', `There is no flow "${name}" in ${document.file}.`);
}

function requireStep(text: string): void {
  const parsed = parseActionKey(text);
  if (!('problem' in parsed)) return;
  throw unusable(
    `"${text}" is no step: it ${parsed.problem} (column ${parsed.column}).`,
    "Write it in quotes, as in a flow: 'Subject?Note?pass'",
  );
}

function requireName(name: string): void {
  if (name !== '' && isKeyPart(name)) return;
  throw unusable(`"${name}" cannot name a flow.`, 'Choose one of A-Z a-z 0-9 _ - ^ . and nothing else.');
}

function unusable(message: string, hint: string): PolarError {
  return new PolarError('usage.invalid', message, { hint });
}
