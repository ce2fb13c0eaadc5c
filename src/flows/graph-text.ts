import { doesText, type FlowGraph, type GraphStep } from './graph.ts';

/** How a box is painted whose step cannot run. */
type Paint = (text: string) => string;

const widest = 78;

/** Boxes, one below the other, for a terminal of 80 columns; each has the number that edits name it by. `title` stands above. */
export function drawFlow({ steps }: FlowGraph, title: string, grave: Paint): string[] {
  const digits = String(steps.length).length;
  const contents = steps.map((step, index) => [
    `${String(index + 1).padStart(digits)}  ${step.text}`,
    `${' '.repeat(digits)}  ${doesText(step)}`,
  ]);
  const room = widest - 4;
  const width = Math.min(room, Math.max(20, ...contents.flat().map((text) => text.length)));
  const middle = Math.floor((width + 2) / 2);
  const arrow = `${' '.repeat(middle + 1)}▼`;
  const lines = [cutTo(widest, title)];
  for (const [index, step] of steps.entries()) {
    if (index > 0) lines.push(arrow);
    const isLast = index === steps.length - 1;
    lines.push(...box(step, contents[index] ?? [], { width, middle, isLast, grave }));
  }
  return lines;
}

interface BoxShape {
  readonly width: number;
  /** Where the line to the next box begins. */
  readonly middle: number;
  readonly isLast: boolean;
  readonly grave: Paint;
}

function box({ problem }: GraphStep, texts: readonly string[], shape: BoxShape): string[] {
  const { width, middle, isLast, grave } = shape;
  const paint: Paint = problem === null ? (text) => text : grave;
  const edge = '─'.repeat(width + 2);
  const bottom = isLast ? edge : `${edge.slice(0, middle)}┬${edge.slice(middle + 1)}`;
  return [
    paint(`┌${edge}┐`),
    ...texts.map((text) => paint(`│ ${cutTo(width, text).padEnd(width)} │`)),
    paint(`└${bottom}┘`),
  ];
}

function cutTo(width: number, text: string): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
