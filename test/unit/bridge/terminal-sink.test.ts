import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminalSink } from '../../../src/bridge/terminal-sink.ts';
import { type CloudEvent, toCloudEvent } from '../../../src/model/cloud-event.ts';
import type { EventBody } from '../../../src/model/event.ts';
import { outgoing } from '../../../src/model/outgoing-event.ts';

const policy = { revision: '3f9c1e', hash: '3f9c1e'.padEnd(64, '0') };
const time = new Date(0).toISOString();
const counts = { due: 1, made: 1, missed: 0, skipped: 0, longestGapMs: 0, reason: 'attest' } as const;
const attested = eventOf({
  type: 'polar.observation.attested',
  policy,
  data: { target: 'http:shop', from: time, to: time, ...counts },
});

describe('the terminal', () => {
  it('is not told that a period of looking is attested, a pipe is', async () => {
    expect(await written('text', attested)).toBe('');
    expect(JSON.parse(await written('jsonl', attested))).toMatchObject({
      type: 'polar.observation.attested',
    });
  });
});

async function written(format: 'text' | 'jsonl', event: CloudEvent): Promise<string> {
  const output = new PassThrough();
  await createTerminalSink(output, { format, colour: false }).write(outgoing(event), 1);
  return String(output.read() ?? '');
}

function eventOf(body: EventBody): CloudEvent {
  const place = { sequence: 1, journalId: 'j1', node: 'anna', subject: 'anna.event.http.shop' };
  return toCloudEvent({
    ...place,
    time: 0,
    traceparent: '',
    chainHead: '5c1de7',
    flow: 'F',
    action: 'a',
    body,
  });
}
