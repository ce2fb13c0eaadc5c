import type { PolicyStanding, Tasking } from '../../model/tasking.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { findingLine } from '../failure.ts';
import { standingOf, taskingOf, withJournal } from '../journal-access.ts';
import { soundPolicies, targetLines } from '../policy-view.ts';
import { isoText, timeText } from '../time-text.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<void> {
  const name = call.args[0];
  await (name === undefined ? showInForce(call) : showTarget(call, name));
}

async function showTarget({ output, project }: Call, name: string): Promise<void> {
  const { targets } = await soundPolicies(project());
  const target =
    targets.find((one) => one.name === name) ?? onlyOne(targets.filter((one) => one.domain === name));
  if (!target) {
    const known = targets.map((one) => one.name);
    throw unknownName('target.unknown', 'target', name, known);
  }
  output.show(target, () => targetLines(target));
}

async function showInForce({ output, project: load }: Call): Promise<void> {
  const project = load();
  const { standing, tasking } = await withJournal(project, (reader) => ({
    standing: standingOf(reader, project.node),
    tasking: taskingOf(reader, project.node),
  }));
  const { inForce = null, refused = null } = standing ?? {};
  const data = {
    inForce: inForce && { ...inForce, since: isoText(inForce.since), targets: tasking?.targets.length ?? 0 },
    refused: refused && { ...refused, time: isoText(refused.time) },
  };
  output.show(data, () => standingLines({ inForce, refused }, tasking, project.root));
}

function standingLines(
  { inForce, refused }: PolicyStanding,
  tasking: Tasking | undefined,
  root: string,
): string[] {
  const now = Date.now();
  const lines = inForce
    ? [
        `policy ${inForce.revision} in force since ${timeText(inForce.since, now)} · ${countText(tasking?.targets.length ?? 0, 'target')}`,
        `hash  ${inForce.hash}`,
        ...inForce.files.map(
          ({ name, text }) => `file  ${name}  ${countText(Buffer.byteLength(text), 'byte')}`,
        ),
      ]
    : ['no policy is in force yet'];
  if (!refused) return lines;
  return [
    ...lines,
    `policy ${refused.revision} refused at ${timeText(refused.time, now)}`,
    ...refused.findings.map((finding) => findingLine(finding, process.cwd(), root)),
  ];
}

function onlyOne<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}
