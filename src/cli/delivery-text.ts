import { humanDuration } from '../model/duration.ts';
import type { Palette } from '../model/event-text.ts';
import { printable } from '../model/facts-text.ts';
import { countText } from './count-text.ts';
import { timeText } from './time-text.ts';

/** What the bridge says of itself (bridge/bridge.ts); it crosses a channel, and says nothing while it starts. */
export interface BridgeReport {
  readonly sinks: readonly SinkReport[];
  readonly idle: readonly { readonly name: string; readonly cursor: number; readonly quarantined: number }[];
}

export interface SinkReport {
  readonly name: string;
  readonly link: {
    readonly state: string;
    readonly since: number;
    readonly detail?: string;
    readonly warnings?: readonly string[];
    readonly lastError?: ErrorReport;
  };
  readonly cursor: number;
  readonly newest: number;
  readonly lag: number;
  readonly lagMs: number;
  readonly inFlight: number;
  readonly quarantined: number;
  readonly redriving: number;
  readonly lastError: ErrorReport | null;
}

interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly time: number;
}

export function bridgeReportOf(stats: unknown): BridgeReport | undefined {
  const report = (stats ?? {}) as Partial<BridgeReport>;
  return report.sinks && report.idle ? (report as BridgeReport) : undefined;
}

/** A line per sink: `bridge to amqp · up · seq 5 of 5 delivered`. */
export function bridgeLines({ sinks, idle }: BridgeReport, palette: Palette): string[] {
  return [
    ...(sinks.length === 0 ? ['bridge to nowhere · events stay in the journal'] : []),
    ...sinks.map((sink) => {
      const warnings = (sink.link.warnings ?? []).map((warning) => ` · ${palette.grave(printable(warning))}`);
      const error = sink.link.state === 'up' ? undefined : newestError(sink);
      return [
        `bridge to ${printable(sink.name)} · ${stateText(sink, palette)}`,
        ...warnings,
        ` · seq ${sink.cursor} of ${sink.newest} delivered`,
        asideText(sink),
        error ? ` · ${printable(error.message)}` : '',
      ].join('');
    }),
    ...(idle.length === 0
      ? []
      : [`${countText(idle.length, 'sink')} no longer running · see: pzm status bridge`]),
  ];
}

/** Three lines per sink, and one per sink that does not run. */
export function deliveryLines({ sinks, idle }: BridgeReport, now: number, palette: Palette): string[] {
  const names = [...sinks, ...idle].map(({ name }) => printable(name));
  const width = Math.max(0, ...names.map((name) => [...name].length));
  const labelled = (name: string, lines: readonly string[]) =>
    lines.map((line, index) => `${(index === 0 ? printable(name) : '').padEnd(width)}  ${line}`);
  return [
    ...(sinks.length === 0 ? ['no sink: events stay in the journal'] : []),
    ...sinks.flatMap((sink) => labelled(sink.name, sinkLines(sink, now, palette))),
    ...idle.flatMap(({ name, cursor, quarantined }) =>
      labelled(name, [
        `does not run; has seq 1–${cursor}, ${quarantined} in quarantine, and keeps the journal from being shortened`,
        `drop it with: pzm bridge drop ${printable(name)} --reason "…"`,
      ]),
    ),
  ];
}

function sinkLines(sink: SinkReport, now: number, palette: Palette): string[] {
  const { link, cursor, newest, lag, lagMs, inFlight } = sink;
  const error = newestError(sink);
  const behind =
    lag === 0 ? 'all delivered' : `${countText(lag, 'event')} behind, the oldest ${humanDuration(lagMs)} old`;
  return [
    [
      `${stateText(sink, palette)} since ${timeText(link.since, now)}`,
      ...(link.detail === undefined ? [] : [printable(link.detail)]),
      ...(link.warnings ?? []).map((warning) => palette.grave(printable(warning))),
    ].join(' · '),
    `seq ${cursor} of ${newest} · ${behind} · ${inFlight} in flight${asideText(sink)}`,
    ...(error
      ? [`last error ${timeText(error.time, now)}: ${printable(error.code)}: ${printable(error.message)}`]
      : []),
  ];
}

function asideText({ quarantined, redriving }: SinkReport): string {
  const again = redriving === 0 ? '' : ` · ${redriving} to be sent again`;
  return quarantined === 0 ? again : ` · ${quarantined} in quarantine (pzm dlq list)${again}`;
}

function stateText({ link }: SinkReport, palette: Palette): string {
  return link.state === 'up' ? link.state : palette.grave(link.state);
}

/** The sink knows of its link, the delivery of what came of a write: the later one is what is the matter. */
function newestError({ link, lastError }: SinkReport): ErrorReport | undefined {
  const errors = [link.lastError, lastError ?? undefined].filter((error) => error !== undefined);
  return errors.sort((one, other) => other.time - one.time)[0];
}
