import { printable } from '../../model/facts-text.ts';
import { alignColumns } from '../columns.ts';
import type { Call } from '../command.ts';
import { cadenceText, expectationsText, soundPolicies } from '../policy-view.ts';

export async function run({ output, project }: Call): Promise<void> {
  const { revision, targets } = await soundPolicies(project());
  output.show(targets, () =>
    alignColumns(
      targets.map((target) => [
        printable(target.name),
        cadenceText(target),
        expectationsText(target) === '' ? 'expects nothing' : `expects ${expectationsText(target)}`,
        target.owner === undefined ? '' : `owner ${printable(target.owner)}`,
      ]),
    ),
  );
  output.note(`policy ${revision} as the files say it; what is in force: pzm policy show`);
}
