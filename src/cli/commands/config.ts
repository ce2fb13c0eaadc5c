import { readFileSync } from 'node:fs';
import { type Above, type EffectiveSetting, effectiveSettings } from '../../config/effective.ts';
import { readProject } from '../../config/project.ts';
import { printable } from '../../model/facts-text.ts';
import { hasErrors } from '../../model/finding.ts';
import { alignColumns } from '../columns.ts';
import type { Call } from '../command.ts';
import { exitCodes, findingLine, pathFrom } from '../failure.ts';

export async function run(call: Call): Promise<number> {
  const { output, start } = call;
  const { project, findings } = readProject(start);
  const machine = { 'node.name': project.node, 'run.dir': project.runDir };
  const settings = effectiveSettings(readFileSync(project.file, 'utf8'), machine, aboveOf(call));
  const list = settings.map((setting) => ({ ...setting, origin: originOf(setting, project.file) }));
  output.show(list, () =>
    alignColumns(
      settings.map(({ name, value, origin }) => [
        name,
        value === null ? '(none)' : printable(value),
        originText(origin, pathFrom(process.cwd(), project.file)),
      ]),
    ),
  );
  for (const finding of findings) output.note(findingLine(finding, process.cwd()));
  return hasErrors(findings) ? exitCodes.findings : exitCodes.ok;
}

/** What `up` would be told by the same flag or variable. */
function aboveOf({ options, optionSource }: Call): Above {
  const workers = options['workers'];
  if (workers === undefined) return {};
  const isFlag = optionSource('workers') === 'flag';
  return {
    'topology.workers': {
      value: String(workers),
      origin: isFlag
        ? { kind: 'flag', flag: '--workers' }
        : { kind: 'environment', variable: 'POLAR_WORKERS' },
    },
  };
}

function originOf({ origin }: EffectiveSetting, file: string) {
  return origin.kind === 'file' ? { ...origin, file } : origin;
}

/** `polar.ini:4`, `POLAR_WORKERS`, `--workers`, `default` */
function originText(origin: EffectiveSetting['origin'], file: string): string {
  switch (origin.kind) {
    case 'file':
      return `${file}:${origin.line}`;
    case 'environment':
      return origin.variable;
    case 'flag':
      return origin.flag;
    case 'machine':
      return 'default of this machine';
    case 'default':
      return 'default';
  }
}
