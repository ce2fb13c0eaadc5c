import { type IniEntry, type IniSection, parseIni } from '../ini/document.ts';
import { parseActionKey } from '../model/action-key.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Origin } from '../model/flow.ts';
import { type Mapping, mappingSection, parseTarget } from './mapping.ts';

/**
 * The mappings of one file. DigitalPy configures dependency injection in further sections of the same file: nothing
 * is ever loaded from there, each is noted, and what is wrong within is not ours to report.
 */
export function parseMappings(
  text: string,
  file: string,
  origin: Origin,
): { mappings: Mapping[]; findings: Finding[] } {
  const { document, findings: unreadable } = parseIni(text, file);
  const { sections } = document;
  const owner = (line: number) =>
    sections.findLast((section) => section.line <= line)?.name ?? mappingSection;
  const findings = unreadable.filter(({ line }) => owner(line) === mappingSection);
  const report: Report = ({ line, column }, severity, code, message) =>
    findings.push({ file, line, column, severity, code, message });

  const mappings: Mapping[] = [];
  for (const section of sections) {
    if (section.name !== mappingSection) noteForeign(section, report);
    // A second one is reported by the document; the first stays.
    else if (section === sections.find(({ name }) => name === mappingSection)) {
      for (const entry of section.entries) {
        const mapping = readMapping(entry, report);
        if (mapping) mappings.push({ ...mapping, origin, file, line: entry.line, column: entry.column });
      }
    }
  }
  return { mappings, findings };
}

type Report = (
  at: { readonly line: number; readonly column: number },
  severity: Severity,
  code: string,
  message: string,
) => void;

function readMapping(
  entry: IniEntry,
  report: Report,
): Pick<Mapping, 'name' | 'component' | 'method'> | undefined {
  const { key: name, line, column, valueColumn } = entry;
  const parsed = parseActionKey(name);
  if ('problem' in parsed) {
    const at = { line, column: column + parsed.column - 1 };
    report(at, 'error', 'mapping.invalid-key', `"${name}" ${parsed.problem}`);
    return undefined;
  }
  const written = entry.value.replace(/^[=\s]+/, '');
  if (entry.value.startsWith('=')) {
    report(
      { line, column: valueColumn },
      'warning',
      'mapping.doubled-equals',
      'one = is enough; remove the other',
    );
  }
  const target = parseTarget(written);
  if (!target) {
    const what = written === '' ? 'has no target' : `has the target "${written}"`;
    const message = `"${name}" ${what}; write ${name} = Component.method`;
    report({ line, column: valueColumn }, 'error', 'mapping.invalid-target', message);
    return undefined;
  }
  return { name, ...target };
}

function noteForeign(section: IniSection, report: Report): void {
  if (section.entries.some((entry) => entry.key.includes('?'))) {
    const message = `[${section.name}] holds action keys; they are read from [${mappingSection}] only`;
    report(section, 'error', 'mapping.misplaced', message);
    return;
  }
  const message = `[${section.name}] is skipped: components come from the product and from components/ only`;
  report(section, 'note', 'mapping.foreign-section', message);
}
