import { humanDuration } from '../../model/duration.ts';
import type { Palette } from '../../model/event-text.ts';
import { printable } from '../../model/facts-text.ts';
import type { Cell } from '../columns.ts';
import { countText } from '../count-text.ts';
import { visibleWidth } from '../screen/frame.ts';
import { formatEnds, formatItems, formatLine, type Size } from '../screen/line.ts';
import { fitSections } from '../screen/sections.ts';
import { beside, type Column, formatTable } from '../screen/table.ts';
import { timeText } from '../time-text.ts';
import type { TopModel, TopProcess } from './top-model.ts';

export const sortings = ['as they start', 'by cpu', 'by memory', 'by restarts'] as const;
export type Sorting = (typeof sortings)[number];

export interface TopLook {
  readonly palette: Palette;
  readonly sorting: Sorting;
  readonly isPaused: boolean;
  readonly isHelpShown: boolean;
  /** Whether keys are listened to. */
  readonly hasKeys: boolean;
}

/** A node as lines, none of them wider than the screen and not more than it has. */
export function renderTop(model: TopModel, size: Size, look: TopLook): string[] {
  const { columns } = size;
  const keys = look.hasKeys ? [keysLine(look, columns)] : [];
  const sections = look.isHelpShown
    ? [{ lines: helpLines(columns), least: 1 }]
    : [
        { lines: headLines(model, columns, look), least: 2 },
        { lines: numberLines(model, columns, look), least: 3 },
        { lines: processLines(model, columns, look), least: 4, more: moreText(columns, look.palette) },
        { lines: listLines(model, columns, look), least: 3, more: moreText(columns, look.palette) },
      ];
  const lines = fitSections(sections, Math.max(0, size.rows - keys.length));
  // The keys stay at the foot, whatever there is above.
  const filling = look.hasKeys
    ? Array<string>(Math.max(0, size.rows - keys.length - lines.length)).fill('')
    : [];
  return [...lines, ...filling, ...keys];
}

function headLines(model: TopModel, columns: number, { palette, isPaused }: TopLook): string[] {
  const { state, node, version, startedAt, policy, time } = model;
  const now = Date.parse(time);
  const clock = `${isPaused ? 'paused  ' : ''}${timeText(now, now)}`;
  if (node === null) {
    return [
      formatEnds([{ text: 'no node runs here: waiting for one', paint: palette.grave }], clock, columns),
    ];
  }
  const inForce = policy
    ? `policy ${policy.revision} · ${countText(policy.targets, 'target')}`
    : 'no policy yet';
  const up =
    startedAt === null || state === 'away'
      ? ''
      : ` · up ${humanDuration(Math.max(0, now - Date.parse(startedAt)))}`;
  const who = `node ${printable(node)} · ${version}${up} · ${inForce}`;
  return [
    formatEnds(
      [who, policy?.refused ? { text: ' · a newer one was refused', paint: palette.grave } : ''],
      clock,
      columns,
    ),
    formatLine([bottleneckCell(model, palette)], columns),
  ];
}

function bottleneckCell({ state, bottleneck }: TopModel, palette: Palette): Cell {
  if (state === 'away') {
    return { text: 'the node is away: this is how it was last; waiting for it', paint: palette.grave };
  }
  return bottleneck === null
    ? { text: 'nothing holds it up', paint: palette.good }
    : { text: printable(bottleneck), paint: palette.grave };
}

const labelWidth = 12;

function numberLines(
  { rates, latency, waiting, sinks }: TopModel,
  columns: number,
  { palette }: TopLook,
): string[] {
  const label = (text: string): Cell => ({ text: text.padEnd(labelWidth), paint: palette.dim });
  const figure = (name: string, value: string): Cell[] => [`${name} `, value.padEnd(6)];
  const line = (name: string, items: readonly (readonly Cell[])[]) =>
    formatItems(label(name), items, columns);
  const { tasks, runs, pending, parked } = waiting;
  return [
    line('per second', [
      figure('accepted', rateText(rates.accepted)),
      figure('settled', rateText(rates.settled)),
      figure('published', rateText(rates.published)),
      figure('looks', rateText(rates.looks)),
      figure('ticks', rateText(rates.ticks)),
    ]),
    line('latency', [
      figure('p50', latencyText(latency.p50Ms)),
      figure('p99', latencyText(latency.p99Ms)),
      [
        {
          text: latency.samples === 0 ? 'nothing was published lately' : 'made → committed',
          paint: palette.dim,
        },
      ],
    ]),
    line('waiting', [
      figure('tasks', countOf(tasks)),
      figure('runs', countOf(runs)),
      figure('pending', countOf(pending)),
      figure('parked', countOf(parked)),
    ]),
    ...sinks.map(({ name, state, lagEvents, lagMs, inFlight, quarantined }, index) =>
      line(index === 0 ? 'bridge' : '', [
        [`${printable(name)} `, state === 'up' ? state : { text: state, paint: palette.grave }],
        [
          lagEvents === 0
            ? 'all delivered'
            : `${countText(lagEvents, 'event')} behind, ${humanDuration(lagMs)}`,
        ],
        [`in flight ${countOf(inFlight)}`],
        ...(quarantined === 0 ? [] : [[{ text: `${quarantined} set aside`, paint: palette.grave }]]),
      ]),
    ),
    ...(sinks.length === 0 ? [line('bridge', [['to nowhere: events stay in the journal']])] : []),
  ];
}

const processColumns: readonly Column[] = [
  { title: 'process', align: 'left' },
  { title: 'pid', least: 7, align: 'right', isOptional: true },
  { title: 'state', least: 10, align: 'left' },
  { title: 'restarts', align: 'right', isOptional: true },
  { title: 'cpu', least: 7, align: 'right' },
  { title: 'memory', least: 8, align: 'right' },
  { title: 'late', least: 8, align: 'right', isOptional: true },
  { title: 'heap', least: 8, align: 'right', isOptional: true },
  { title: 'last end', align: 'left', isOptional: true },
];

function processLines({ processes }: TopModel, columns: number, { palette, sorting }: TopLook): string[] {
  if (processes.length === 0) return [];
  const rows = sorted(processes, sorting).map((process): Cell[] => {
    const { name, pid, state, restarts, cpuPercent, residentBytes, heapUsedBytes, lateMs, lastExit } =
      process;
    return [
      printable(name),
      pid === null ? '–' : String(pid),
      state === 'ready' ? state : { text: state, paint: palette.grave },
      restarts === 0 ? '0' : { text: String(restarts), paint: palette.grave },
      cpuPercent === null ? '–' : `${cpuPercent.toFixed(1)} %`,
      bytesText(residentBytes),
      lateMs === null ? '–' : `${lateMs} ms`,
      bytesText(heapUsedBytes),
      lastExit ?? '',
    ];
  });
  return formatTable(processColumns, rows, columns, palette.dim);
}

function sorted(processes: readonly TopProcess[], sorting: Sorting): readonly TopProcess[] {
  const by: Readonly<Record<Sorting, ((process: TopProcess) => number) | undefined>> = {
    'as they start': undefined,
    'by cpu': ({ cpuPercent }) => cpuPercent ?? -1,
    'by memory': ({ residentBytes }) => residentBytes ?? -1,
    'by restarts': ({ restarts }) => restarts,
  };
  const value = by[sorting];
  return value ? [...processes].sort((one, other) => value(other) - value(one)) : processes;
}

function listLines({ topics, slowest }: TopModel, columns: number, { palette }: TopLook): string[] {
  const topicTable = (width: number) =>
    formatTable(
      [
        { title: 'topic', align: 'left' },
        { title: 'per second', align: 'right' },
      ],
      topics.length === 0
        ? [['none lately', '']]
        : topics.map(({ name, perSecond }) => [printable(name), rateText(perSecond)]),
      width,
      palette.dim,
    );
  const slowTable = (width: number) =>
    formatTable(
      [
        { title: 'slowest look', align: 'left' },
        { title: 'took', least: 7, align: 'right' },
      ],
      slowest.length === 0
        ? [['none lately', '']]
        : slowest.map(({ target, ms }) => [printable(target), latencyText(ms)]),
      width,
      palette.dim,
    );
  return beside(topicTable, slowTable, columns, visibleWidth);
}

function keysLine({ palette, sorting, isPaused }: TopLook, columns: number): string {
  const text = `q quit · p ${isPaused ? 'go on' : 'pause'} · s sort (${sorting}) · ? help`;
  return formatLine([{ text, paint: palette.dim }], columns);
}

function helpLines(columns: number): string[] {
  return [
    'accepted   pushes, and tasks that other tasks have made, taken into the journal',
    'settled    tasks that are done, of any kind',
    'published  events committed to the journal',
    'looks      observations made; ticks: those that the scheduler asked for',
    'latency    from when a task was made to when what it publishes was committed',
    'waiting    tasks no worker has; runs under way; accepted tasks; tasks that wait',
    '           for an answer (parked)',
    'late       the longest that the event loop of a process stood still in a second',
    'memory     that the process holds; heap: its JavaScript objects',
    '',
    'q, Ctrl-C  leave               p  hold the picture, and go on',
    's          sort the processes  ?  this page, and back',
  ].map((line) => formatLine([line], columns));
}

function moreText(columns: number, palette: Palette): (hidden: number) => string {
  return (hidden) => formatLine([{ text: `… ${hidden} more`, paint: palette.dim }], columns);
}

/** `–`, `0`, `0.4`, `12`, `9,871`, `12.3k`: at most six characters up to a hundred million. */
export function rateText(perSecond: number | null): string {
  if (perSecond === null) return '–';
  if (perSecond === 0) return '0';
  if (perSecond < 10) return String(Math.max(0.1, Number(perSecond.toFixed(1))));
  return countOf(perSecond);
}

function countOf(count: number): string {
  // By hand: what the system does with numbers costs more than all of the screen.
  if (count < 100_000) return String(Math.round(count)).replace(/(\d)(\d{3})$/, '$1,$2');
  return count < 1_000_000 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

function latencyText(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : humanDuration(ms);
}

function bytesText(bytes: number | null): string {
  return bytes === null ? '–' : `${Math.round(bytes / 1024 / 1024)} MiB`;
}
