import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTraceparent, parseTraceparent } from '../../../src/telemetry/trace.ts';

describe('a trace context', () => {
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];

  it('that we make is one', () => {
    const made = createTraceparent();
    expect(parseTraceparent(made)).toBe(made);
  });

  it('of a later version is read as ours', () => {
    expect(parseTraceparent(`01-${trace}-${parent}-00-more`)).toBe(`00-${trace}-${parent}-00`);
  });

  it.each([
    undefined,
    ['00'],
    '',
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
  ])('is not %s', (written) => expect(parseTraceparent(written)).toBeUndefined());

  it('is one of ours or none, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), (written) => {
        expect(parseTraceparent(written) ?? createTraceparent()).toMatch(
          /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
        );
      }),
    );
  });
});
