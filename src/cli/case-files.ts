import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Project } from '../config/project.ts';
import type { FlowCase } from '../flow-tests/case.ts';
import { parseCases } from '../flow-tests/parse-cases.ts';
import { caseFileEnding } from '../flows/load.ts';
import { type Finding, hasErrors } from '../model/finding.ts';
import { unknownName } from './unknown-name.ts';

/** Of the files that are named, by the name before `.test.ini`; of all where none is. @throws usage.invalid */
export function readCaseFiles(
  { flowsDir }: Project,
  names: readonly string[],
): { cases: FlowCase[]; findings: Finding[] } {
  const files = filesIn(flowsDir);
  const wanted = names.map((name) => basename(name, caseFileEnding));
  const known = files.map((file) => basename(file, caseFileEnding));
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unknownName('usage.invalid', 'file of cases', unknown, known);
  const parsed = files
    .filter((file) => wanted.length === 0 || wanted.includes(basename(file, caseFileEnding)))
    .map((file) => parseCases(readFileSync(file, 'utf8'), file));
  const findings = parsed.flatMap((one) => one.findings);
  // A case with a line that cannot be read would test something else than it says.
  const isReadable = ({ file }: FlowCase) => !hasErrors(findings.filter((finding) => finding.file === file));
  return { cases: parsed.flatMap((one) => one.cases).filter(isReadable), findings };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(caseFileEnding) && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}
