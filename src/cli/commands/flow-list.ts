import { alignColumns, type Cell } from '../columns.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { optionalProject } from '../optional-project.ts';
import { readFlows } from '../project-files.ts';

export async function run(call: Call): Promise<void> {
  const { output } = call;
  const { flows, sound } = readFlows(optionalProject(call));
  const list = [...flows.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, origin, file, line, revision, steps }) => {
      return { name, origin, isSound: sound.has(name), steps: steps.length, revision, file, line };
    });
  output.show(list, () =>
    alignColumns(
      list.map(({ name, origin, isSound, steps, revision, file, line }): Cell[] => [
        name,
        origin,
        isSound ? 'sound' : { text: 'broken', paint: output.palette.grave },
        `${steps} steps`,
        `revision ${revision}`,
        `${pathFrom(process.cwd(), file)}:${line}`,
      ]),
    ),
  );
}
