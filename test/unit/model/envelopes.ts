import fc from 'fast-check';
import { type Envelope, encodeEnvelope } from '../../../src/model/envelope.ts';

export function anEnvelope(part: Partial<Envelope> = {}): Envelope {
  return {
    id: '',
    source: 'ticks',
    number: 1,
    flow: 'F',
    step: 0,
    key: 'k',
    subject: '',
    time: 0,
    deadline: 0,
    attempt: 0,
    correlationId: '',
    causationId: '',
    traceparent: '',
    policy: '',
    group: '',
    body: Buffer.from('{}'),
    ...part,
  };
}

export function aRecord(part: Partial<Envelope> = {}): Buffer {
  return encodeEnvelope(anEnvelope(part));
}

// Characters of one to four bytes; a lone surrogate has no bytes of its own in UTF-8.
const unit = fc.constantFrom('a', 'ß', '€', '🛰', '\0', ' ');
const text = fc.string({ unit, maxLength: 12 });
const finite = fc.double({ noNaN: true });

export const envelope: fc.Arbitrary<Envelope> = fc.record({
  id: text,
  source: text,
  number: finite,
  flow: text,
  step: fc.nat(0xffff),
  key: fc.string({ unit, minLength: 1, maxLength: 12 }),
  subject: text,
  time: finite,
  deadline: finite,
  attempt: fc.nat(255),
  correlationId: text,
  causationId: text,
  traceparent: text,
  policy: text,
  group: text,
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
