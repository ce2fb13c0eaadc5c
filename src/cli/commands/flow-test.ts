import { readCaseFiles } from '../case-files.ts';
import type { Call } from '../command.ts';
import { countText } from '../count-text.ts';
import { exitCodes, findingLine, pathFrom } from '../failure.ts';
import { type CaseReport, runCases } from '../flow-tests.ts';

export async function run({ rest: names, project: load, output }: Call): Promise<number> {
  const project = load();
  const cwd = process.cwd();
  const { cases, findings } = readCaseFiles(project, names);
  const reports = await runCases(project, cases);
  const failed = reports.filter(({ mismatches }) => mismatches.length > 0);
  const listed = output.format === 'jsonl' ? reports : { cases: reports, findings };
  output.show(listed, () => [
    ...findings.map((finding) => findingLine(finding, cwd)),
    ...reports.flatMap((report) => linesOf(report, pathFrom(cwd, report.file), output.palette)),
  ]);
  if (cases.length === 0 && findings.length === 0) {
    output.note('there are no cases; write some into flows/<name>.test.ini');
    return exitCodes.ok;
  }
  output.note(`${countText(cases.length, 'case')}, ${failed.length} failed`);
  return failed.length + findings.length === 0 ? exitCodes.ok : exitCodes.findings;
}

function linesOf(
  { name, line, mismatches }: CaseReport,
  file: string,
  palette: { readonly good: (text: string) => string; readonly grave: (text: string) => string },
): string[] {
  if (mismatches.length === 0) return [`${palette.good('ok')}    ${file}:${line} ${name}`];
  const paint = (text: string) => {
    if (text.startsWith('-')) return palette.grave(text);
    return text.startsWith('+') ? palette.good(text) : text;
  };
  return [
    `${palette.grave('FAILED')} ${file}:${line} ${name}`,
    ...mismatches.flatMap(({ line: at, what, diff }) => [
      `  ${file}:${at} ${what} (- expected, + found)`,
      ...diff.map((text) => `    ${paint(text)}`),
    ]),
  ];
}
