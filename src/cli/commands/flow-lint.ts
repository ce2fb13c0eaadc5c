import { hasErrors } from '../../model/finding.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes, findingLine } from '../failure.ts';
import { optionalProject } from '../optional-project.ts';
import { type ReadFlows, readFlows } from '../project-files.ts';
import { unknownName } from '../unknown-name.ts';

export async function run(call: Call): Promise<number> {
  const { rest: names, output } = call;
  const read = readFlows(optionalProject(call));
  const findings = read.findings.filter(isAbout(names, read));
  const cwd = process.cwd();
  output.show(findings, () => findings.map((finding) => findingLine(finding, cwd)));
  const flows = countText(names.length || read.flows.size, 'flow');
  output.note(`${flows}, ${countText(findings.length, 'finding')}`);
  return hasErrors(findings) ? exitCodes.findings : exitCodes.ok;
}

/** Findings that stand between a flow's header and the next are that flow's. */
function isAbout(names: readonly string[], { flows }: ReadFlows) {
  const unknown = names.find((name) => !flows.has(name));
  if (unknown !== undefined) throw unknownName('flow.unknown', 'flow', unknown, [...flows.keys()]);
  if (names.length === 0) return () => true;
  return ({ file, line }: { readonly file: string; readonly line: number }): boolean => {
    const above = [...flows.values()].filter((flow) => flow.file === file && flow.line <= line);
    const owner = above.reduce((last, flow) => (last && last.line > flow.line ? last : flow), above[0]);
    return owner !== undefined && names.includes(owner.name);
  };
}
