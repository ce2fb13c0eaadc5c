import { readFileSync } from 'node:fs';
import { type Above, type EffectiveSetting, effectiveSettings, type Origin } from '../../config/effective.ts';
import { readProject } from '../../config/project.ts';
import { printable } from '../../model/facts-text.ts';
import { hasErrors } from '../../model/finding.ts';
import { brokerOverrides, brokerSettingsAbove } from '../broker-flags.ts';
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

/** What `up` would be told by the same flags or variables. */
function aboveOf({ options, optionSource }: Call): Above {
  brokerOverrides(options);
  const workers = options['workers'];
  const given = [
    ...(workers === undefined
      ? []
      : [{ name: 'workers', setting: 'topology.workers', value: String(workers), flag: '--workers' }]),
    ...brokerSettingsAbove(options),
  ];
  return Object.fromEntries(
    given.map(({ name, setting, value, flag }) => {
      const variable = `POLAR_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`;
      const origin: Origin =
        optionSource(name) === 'flag' ? { kind: 'flag', flag } : { kind: 'environment', variable };
      return [setting, { value, origin }];
    }),
  );
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
