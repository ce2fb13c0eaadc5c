import { lookup } from '../../flows/lookup.ts';
import { formatTarget } from '../../flows/mapping.ts';
import { formatActionKey, parseActionKey } from '../../model/action-key.ts';
import { PolarError } from '../../model/errors.ts';
import type { Call } from '../command.ts';
import { pathFrom } from '../failure.ts';
import { optionalProject } from '../optional-project.ts';
import { readFlows } from '../project-files.ts';

/** Which mapping an action key leads to, by which rule, and what was tried before it. */
export async function run(call: Call): Promise<number> {
  const {
    args: [written = ''],
    output,
  } = call;
  const parsed = parseActionKey(written);
  if (!('key' in parsed)) {
    throw new PolarError(
      'usage.invalid',
      `"${written}" is no action key: ${parsed.problem} (column ${parsed.column}).`,
      {
        hint: "Write it as in a flow, in quotes: 'Subject?ObserveTarget?observe'",
      },
    );
  }
  const { mappings, components, flows } = readFlows(optionalProject(call));
  const { match, tried } = lookup(mappings, parsed.key);
  const steps = [...flows.values()].flatMap((flow) =>
    flow.steps
      .filter(({ text }) => text === formatActionKey(parsed.key))
      .map(({ line }) => ({ flow: flow.name, file: flow.file, line })),
  );
  const methods = match && components.get(match.mapping.component);
  // An executable says what it can do only when it is asked.
  const isThere = methods === 'unlisted' || (methods instanceof Set && methods.has(match?.mapping.method));
  const target = match && formatTarget(match.mapping);
  const place = (file: string, line: number) => `${pathFrom(process.cwd(), file)}:${line}`;
  output.show(
    {
      key: formatActionKey(parsed.key),
      tried,
      match: match
        ? {
            rule: match.rule,
            key: match.key,
            target,
            file: match.mapping.file,
            line: match.mapping.line,
            exists: isThere === true,
          }
        : null,
      steps,
    },
    () => [
      ...tried.map(
        ({ rule, key }) => `${rule.padEnd(8)} ${key}  ${match?.rule === rule ? `→ ${target}` : 'no mapping'}`,
      ),
      ...(match
        ? [`mapped at ${place(match.mapping.file, match.mapping.line)}${isThere ? '' : ' · no such method'}`]
        : ['nothing maps it']),
      ...steps.map(({ flow, file, line }) => `a step of ${flow}, ${place(file, line)}`),
    ],
  );
  return isThere ? 0 : 1;
}
