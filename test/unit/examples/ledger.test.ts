import { beforeEach, describe, expect, it } from 'vitest';

/* The example is plain JavaScript, as its readers have it: its types are said here. */
interface Taken {
  readonly id: string;
  readonly sequence: string;
  readonly partitionkey: string;
}
interface Ledger {
  take(event: Taken): 'new' | 'late' | 'duplicate';
  summary(): object;
}
type CreateLedger = (options?: { complete?: boolean; remembered?: number }) => Ledger;

let createLedger: CreateLedger;
beforeEach(async () => {
  const path = '../../../examples/consumer/ledger.mjs';
  ({ createLedger } = (await import(path)) as { createLedger: CreateLedger });
});

const event = (number: number, key = 'anna.event.http.shop', journal = 'j-1'): Taken => ({
  id: `${journal}-${number}`,
  sequence: String(number),
  partitionkey: key,
});
const given = (ledger: Ledger, ...events: Taken[]) => events.map((one) => ledger.take(one));

describe('the ledger of the example consumer', () => {
  it('takes an event once', () => {
    const ledger = createLedger({ complete: true });
    expect(given(ledger, event(1), event(2), event(1), event(2), event(3))).toEqual([
      'new',
      'new',
      'duplicate',
      'duplicate',
      'new',
    ]);
    expect(ledger.summary()).toEqual({ received: 5, events: 3, duplicates: 2, late: 0, missing: [] });
  });

  it('names what is missing until it comes, late', () => {
    const ledger = createLedger({ complete: true });
    given(ledger, event(7), event(10));
    expect(ledger.summary()).toMatchObject({ missing: ['j-1-8', 'j-1-9'] });
    expect(given(ledger, event(9))).toEqual(['late']);
    expect(ledger.summary()).toEqual({ received: 3, events: 3, duplicates: 0, late: 1, missing: ['j-1-8'] });
  });

  it('misses nothing in a selection', () => {
    const ledger = createLedger();
    given(ledger, event(1), event(9));
    expect(ledger.summary()).toMatchObject({ missing: [] });
  });

  it('keeps keys and journals apart', () => {
    const ledger = createLedger({ complete: true });
    expect(given(ledger, event(2), event(1, 'anna.event.http.api'), event(1, undefined, 'j-2'))).toEqual([
      'new',
      'new',
      'new',
    ]);
    expect(ledger.summary()).toMatchObject({ late: 0, missing: [] });
  });

  it('remembers no more than it was told to', () => {
    const ledger = createLedger({ complete: true, remembered: 2 });
    given(ledger, event(1), event(2), event(3));
    expect(given(ledger, event(3), event(1))).toEqual(['duplicate', 'late']);
    given(ledger, event(1_000_000));
    expect(ledger.summary()).toMatchObject({ missing: ['j-1-999998', 'j-1-999999'] });
  });
});
