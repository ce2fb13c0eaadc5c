import type { IniSection } from '../ini/document.ts';
import type { Finding, Location, Severity } from '../model/finding.ts';
import { doneText, type Step } from '../model/flow.ts';
import { didYouMean } from '../model/suggestion.ts';

interface StepsOfSection {
  readonly section: IniSection;
  readonly file: string;
  readonly steps: readonly Step[];
  /** Whether every line became a step: with lines missing, nothing can be said about their order. */
  readonly isWhole: boolean;
}

type Report = (at: Omit<Location, 'file'>, severity: Severity, code: string, message: string) => void;

/** What can be said about a flow's steps without knowing the mappings. */
export function lintSteps({ section, file, steps, isWhole }: StepsOfSection): Finding[] {
  const findings: Finding[] = [];
  const report: Report = ({ line, column }, severity, code, message) =>
    findings.push({ file, line, column, severity, code, message });

  for (const step of steps) lintDecorator(step, report);
  if (!isWhole) return findings;
  const [first] = steps;
  if (!first) {
    report(
      section,
      'warning',
      'flow.empty',
      `[${section.name}] has no steps, so nothing can be pushed to it`,
    );
    return findings;
  }
  lintEntry(first, section.name, report);
  lintEnd(steps, report);
  lintRepetition(steps, report);
  lintSpread(steps, report);
  return findings;
}

const decorators: readonly string[] = ['PUBLISH', 'ASYNC', 'ROUTING_WORKER'];

function lintDecorator(step: Step, report: Report): void {
  const { decorator, action } = step.key;
  if (decorator !== '' && !decorators.includes(decorator)) {
    const meant = didYouMean(decorator.toUpperCase(), decorators) || `; known are ${decorators.join(', ')}`;
    report(step, 'error', 'flow.unknown-decorator', `no decorator is called "${decorator}"${meant}`);
  } else if (step.kind === 'entry' && decorator !== '') {
    const message = `the entry only takes tasks in, so @${decorator} does nothing here; put it on a step`;
    report(step, 'warning', 'flow.decorated-entry', message);
  } else if (step.kind === 'publish' && action === '') {
    const message = `"${step.text}" names no action, and the topic is <flow>/<action>/`;
    report(step, 'error', 'flow.missing-action', message);
  }
}

/** An entry may have any action, but what another part hands on is a step: then the line before it is missing. */
function lintEntry(first: Step, flow: string, report: Report): void {
  const { sender, context, action } = first.key;
  if (first.kind === 'done' || (sender !== '' && action !== 'Push' && action !== 'Publish')) {
    const message = `"${first.text}" is not an entry; begin the flow with ?${flow}?Push`;
    report(first, 'error', 'flow.missing-entry', message);
  } else if (context !== flow) {
    const message = `the entry's context "${context}" is not the flow's name; tasks are pushed to "${flow}"`;
    report(first, 'note', 'flow.other-context', message);
  }
}

function lintEnd(steps: readonly Step[], report: Report): void {
  const done = steps.findIndex((step) => step.kind === 'done');
  if (done < 0) {
    const message = `the flow has no ${doneText}; it is complete after this step`;
    report(steps.at(-1) as Step, 'warning', 'flow.missing-done', message);
    return;
  }
  for (const step of steps.slice(done + 1)) {
    const message = `"${step.text}" is never reached: ${doneText} on line ${steps[done]?.line} completes the flow`;
    report(step, 'error', 'flow.step-after-done', message);
  }
}

/** Doing the same twice is allowed, and nearly always a line copied by mistake. */
function lintRepetition(steps: readonly Step[], report: Report): void {
  const lines = new Map<string, number>();
  for (const step of steps) {
    const first = lines.get(step.text);
    if (first === undefined) lines.set(step.text, step.line);
    else if (step.kind !== 'done') {
      report(
        step,
        'warning',
        'flow.repeated-step',
        `"${step.text}" is on line ${first} too; it is done twice`,
      );
    }
  }
}

/** Later on the task belongs to one worker, and its steps have left traces: it cannot be many. */
function lintSpread(steps: readonly Step[], report: Report): void {
  for (const step of steps.slice(2)) {
    if (step.kind !== 'spread') continue;
    const message = '@ROUTING_WORKER stands only on the first step after the entry; move it there';
    report(step, 'error', 'flow.late-routing-worker', message);
  }
}
