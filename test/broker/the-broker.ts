import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { attachBroker, type Broker } from './broker.ts';

const address = inject('broker');

/** `describe` where there is a broker; elsewhere its tests are skipped, and the global set-up says so in a block. */
export const describeWithBroker = describe.skipIf(address === null);

/** The project's broker. Whoever stops it starts it again. */
export function theBroker(): Broker {
  if (address === null) throw new Error('There is no broker: use this inside describeWithBroker only.');
  return attachBroker(address);
}

/** A vhost of the tests around the call: made before the first, gone after the last. Gives its name. */
export function useVhost(): string {
  const name = `test-${randomBytes(4).toString('hex')}`;
  beforeAll(() => theBroker().management.addVhost(name));
  afterAll(() => theBroker().management.deleteVhost(name));
  return name;
}
