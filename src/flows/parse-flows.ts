import { type IniSection, parseIni } from '../ini/document.ts';
import { isKeyPart, parseActionKey } from '../model/action-key.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { type Flow, kindOfStep, type Origin, revisionOf, type Step } from '../model/flow.ts';
import { lintSteps } from './lint-steps.ts';

/** The flows of one file. `findings` are all of the file; each flow also carries those between its header and the next. */
export function parseFlows(
  text: string,
  file: string,
  origin: Origin,
): { flows: Flow[]; findings: Finding[] } {
  const { document, findings: unreadable } = parseIni(text, file);
  const flows: Flow[] = [];
  const names = new Set<string>();
  const findings = [...unreadable];
  for (const [index, section] of document.sections.entries()) {
    // A section that is there twice is reported by the document; its first one stays.
    if (names.has(section.name)) continue;
    names.add(section.name);
    const end = document.sections[index + 1]?.line ?? Number.POSITIVE_INFINITY;
    const { steps, findings: own } = readFlow(section, file);
    const within = unreadable.filter(({ line }) => line >= section.line && line < end);
    const { name, line, column } = section;
    const revision = revisionOf(steps);
    flows.push({ name, origin, file, line, column, revision, steps, findings: [...within, ...own] });
    findings.push(...own);
  }
  return { flows, findings };
}

function readFlow(section: IniSection, file: string): { steps: Step[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const report = (line: number, column: number, severity: Severity, code: string, message: string) =>
    findings.push({ file, line, column, severity, code, message });

  if (!isKeyPart(section.name)) {
    const message = `"${section.name}" cannot name a flow; allowed are A-Z a-z 0-9 _ - ^ .`;
    report(section.line, section.column, 'error', 'flow.invalid-name', message);
  }
  const steps: Step[] = [];
  for (const [
    index,
    { key: text, value, hasEquals, line, column, valueColumn },
  ] of section.entries.entries()) {
    const parsed = parseActionKey(text);
    if ('problem' in parsed) {
      report(line, column + parsed.column - 1, 'error', 'flow.invalid-step', `"${text}" ${parsed.problem}`);
    } else {
      steps.push({ key: parsed.key, text, kind: kindOfStep(parsed.key, index), line, column });
    }
    if (hasEquals) {
      const what =
        value === '' ? 'a step needs no =' : 'a step has no value; mappings belong in actionmappings/';
      report(line, valueColumn, value === '' ? 'warning' : 'error', 'flow.step-with-value', what);
    }
  }
  const isWhole = steps.length === section.entries.length;
  return { steps, findings: [...findings, ...lintSteps({ section, file, steps, isWhole })] };
}
