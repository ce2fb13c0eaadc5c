import type { Palette } from '../model/event-text.ts';
import { printable } from '../model/facts-text.ts';
import type { Cell } from './columns.ts';
import { countText } from './count-text.ts';
import { formatEnds, formatLine, type Size } from './screen/line.ts';
import { fitSections } from './screen/sections.ts';
import { type Column, formatTable } from './screen/table.ts';
import { detailsOf, isAllRight, type TargetReport } from './state-report.ts';
import { agoText, timeText } from './time-text.ts';

export interface StateLook {
  readonly palette: Palette;
  readonly now: number;
  /** Names of targets that have changed a moment ago. */
  readonly marked: ReadonlySet<string>;
  readonly remarks: readonly string[];
  readonly isPaused: boolean;
}

const columns: readonly Column[] = [
  { title: '  target', align: 'left' },
  { title: 'state', least: 11, align: 'left' },
  { title: 'since', least: 8, align: 'left', isOptional: true },
  { title: 'seen', least: 9, align: 'left', isOptional: true },
  { title: 'what', align: 'left', isElastic: true },
];

/** The targets as lines, none of them wider than the screen and not more than it has. */
export function renderState(reports: readonly TargetReport[], size: Size, look: StateLook): string[] {
  const { palette, remarks } = look;
  const width = size.columns;
  const keys = formatLine(
    [{ text: `q quit · p ${look.isPaused ? 'go on' : 'pause'}`, paint: palette.dim }],
    width,
  );
  const remarkLines = remarks.map((text) =>
    formatLine([{ text: printable(text), paint: palette.grave }], width),
  );
  const rows = Math.max(0, size.rows - 1);
  const room = rows - 1 - remarkLines.length - 1;
  // What is wrong is seen, however much is right.
  const isLong = reports.length > room;
  const shown = isLong
    ? [...reports.filter((one) => !isAllRight(one)), ...reports.filter(isAllRight)]
    : reports;
  const lines = fitSections(
    [
      { lines: [headLine(reports, width, look), ...remarkLines], least: 1 },
      {
        lines: formatTable(
          columns,
          shown.map((report) => rowOf(report, look)),
          width,
          palette.dim,
        ),
        least: 2,
        more: (hidden) => {
          const rest = shown.slice(shown.length - hidden);
          const how = rest.every(isAllRight) ? ', all of them all right' : '';
          return formatLine([{ text: `… ${hidden} more${how}`, paint: palette.dim }], width);
        },
      },
    ],
    rows,
  );
  return [...lines, ...Array<string>(Math.max(0, rows - lines.length)).fill(''), keys];
}

function headLine(
  reports: readonly TargetReport[],
  width: number,
  { palette, now, isPaused }: StateLook,
): string {
  const wrong = reports.filter((report) => !isAllRight(report)).length;
  const how: Cell =
    wrong === 0
      ? { text: 'all right', paint: palette.good }
      : { text: `${wrong} not all right`, paint: palette.grave };
  const clock = `${isPaused ? 'paused  ' : ''}${timeText(now, now)}`;
  if (reports.length === 0) return formatEnds(['no targets'], clock, width);
  return formatEnds([`${countText(reports.length, 'target')} · `, how], clock, width);
}

function rowOf(report: TargetReport, { palette, now, marked }: StateLook): Cell[] {
  const { name, state, since, seenAt } = report;
  const text = `${marked.has(name) ? '▸' : ' '} ${printable(name)}`;
  return [
    marked.has(name) ? { text, paint: isAllRight(report) ? palette.good : palette.grave } : text,
    { text: state, paint: state === 'ok' ? palette.good : state === 'unseen' ? palette.dim : palette.grave },
    since === null ? '' : timeText(Date.parse(since), now),
    seenAt === null ? 'not yet' : agoText(Date.parse(seenAt), now),
    detailsOf(report),
  ];
}
