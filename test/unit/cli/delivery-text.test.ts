import { describe, expect, it } from 'vitest';
import {
  bridgeLines,
  bridgeReportOf,
  deliveryLines,
  type SinkReport,
} from '../../../src/cli/delivery-text.ts';
import { timeText } from '../../../src/cli/time-text.ts';
import { plainPalette } from '../../../src/model/event-text.ts';

const now = Date.UTC(2025, 5, 1, 12);
const upSink: SinkReport = {
  name: 'amqp',
  link: { state: 'up', since: now - 1000, detail: 'amqps://rabbit:5671/polar' },
  cursor: 7,
  newest: 7,
  lag: 0,
  lagMs: 0,
  inFlight: 0,
  quarantined: 0,
  redriving: 0,
  lastError: null,
};
const lost = { code: 'broker.lost', message: 'The link broke.', time: now - 3000 };
const refused = { code: 'broker.unreachable', message: 'Nobody answers.', time: now - 2000 };
const downSink: SinkReport = {
  ...upSink,
  link: { state: 'down', since: now - 3000, warnings: ['plaintext'], lastError: refused },
  cursor: 3,
  lag: 4,
  lagMs: 90_000,
  inFlight: 2,
  quarantined: 1,
  redriving: 2,
  lastError: lost,
};
const at = (time: number) => timeText(time, now);

describe('the bridge in words', () => {
  it('is a line per sink: how its link is and how far it has come', () => {
    expect(bridgeLines({ sinks: [upSink, downSink], idle: [] }, plainPalette)).toEqual([
      'bridge to amqp · up · seq 7 of 7 delivered',
      'bridge to amqp · down · plaintext · seq 3 of 7 delivered · 1 in quarantine (pzm dlq list) · 2 to be sent again · Nobody answers.',
    ]);
  });

  it('says that events stay in the journal where there is no sink, and that sinks are gone', () => {
    const idle = [{ name: 'old', cursor: 5, quarantined: 1 }];
    expect(bridgeLines({ sinks: [], idle }, plainPalette)).toEqual([
      'bridge to nowhere · events stay in the journal',
      '1 sink no longer running · see: pzm status bridge',
    ]);
  });

  it('says on a closer look where to, how far behind, how old, what failed last, and what drops a sink', () => {
    const idle = [{ name: 'old', cursor: 5, quarantined: 1 }];
    expect(deliveryLines({ sinks: [upSink, downSink], idle }, now, plainPalette)).toEqual([
      `amqp  up since ${at(now - 1000)} · amqps://rabbit:5671/polar`,
      '      seq 7 of 7 · all delivered · 0 in flight',
      `amqp  down since ${at(now - 3000)} · plaintext`,
      '      seq 3 of 7 · 4 events behind, the oldest 90 s old · 2 in flight · 1 in quarantine (pzm dlq list) · 2 to be sent again',
      `      last error ${at(now - 2000)}: broker.unreachable: Nobody answers.`,
      'old   does not run; has seq 1–5, 1 in quarantine, and keeps the journal from being shortened',
      '      drop it with: pzm bridge drop old --reason "…"',
    ]);
  });

  it('is nothing while the bridge has said nothing yet', () => {
    expect([bridgeReportOf(undefined), bridgeReportOf({ sinks: [] })]).toEqual([undefined, undefined]);
  });
});
