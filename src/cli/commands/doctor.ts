import { type Project, readProject } from '../../config/project.ts';
import { type Check, error, ok, warning } from '../../doctor/check.ts';
import { checkFolders } from '../../doctor/folders.ts';
import { checkMachine } from '../../doctor/machine.ts';
import { checkRunning } from '../../doctor/running.ts';
import { hasCode } from '../../model/errors.ts';
import { printable } from '../../model/facts-text.ts';
import { alignColumns, type Cell } from '../columns.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes } from '../failure.ts';
import { lintProject } from '../project-files.ts';

export async function run(call: Call): Promise<number> {
  const { output, version } = call;
  const now = Date.now();
  const project = projectOf(call);
  const checks = await output.during('looking', async () => {
    const machine = await checkMachine(now);
    return project
      ? [
          ...machine,
          await checkFiles(call.start),
          ...checkFolders(project),
          ...(await checkRunning(project, version, now)),
        ]
      : [...machine, ok('project', 'none here: only the machine was looked at')];
  });
  output.show(checks, () => checkLines(checks, call));
  const errors = checks.filter(({ state }) => state === 'error').length;
  const warnings = checks.filter(({ state }) => state === 'warning').length;
  output.note(`${countText(errors, 'error')}, ${countText(warnings, 'warning')}`);
  return errors === 0 ? exitCodes.ok : exitCodes.findings;
}

/** One that was asked for must be there; otherwise the machine has a say without one. */
function projectOf({ start }: Call): Project | undefined {
  try {
    return readProject(start).project;
  } catch (cause) {
    if (hasCode(cause, 'project.missing') && start === process.cwd()) return undefined;
    throw cause;
  }
}

/** Settings, policies, flows, mappings and components, as `check` reads them. */
async function checkFiles(start: string): Promise<Check> {
  const { findings, files } = await lintProject(start);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const fix = 'See each with its line: pzm check';
  if (errors > 0)
    return error('files', `${countText(errors, 'problem')} in ${countText(files.length, 'file')}`, fix);
  return findings.length > 0
    ? warning('files', `${countText(findings.length, 'warning')} in ${countText(files.length, 'file')}`, fix)
    : ok('files', `${countText(files.length, 'file')}, no problems`);
}

function checkLines(checks: readonly Check[], { output: { palette } }: Call): string[] {
  const lines = alignColumns(
    checks.map(({ name, state, message }): Cell[] => [
      { text: state, paint: state === 'ok' ? palette.good : palette.grave },
      name,
      printable(message),
    ]),
  );
  return checks.flatMap(({ fix }, index) => {
    const line = lines[index] ?? '';
    return fix === null ? [line] : [line, `  → ${printable(fix)}`];
  });
}
