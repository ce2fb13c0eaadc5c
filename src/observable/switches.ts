/** What can be switched, and what it does, for the service's own front page. */
export const switches = {
  down: 'answer /health with 503',
  up: 'answer /health with 200 again',
  api: 'take DELETE /orders/{id} out of the API and put POST /refunds in',
  version: 'say version 1.5.0 instead of 1.4.0',
  reset: 'as it was at the start',
} as const;

export type SwitchName = keyof typeof switches;

/** What the service shows of itself. */
export interface Shown {
  readonly status: 'ok' | 'down';
  readonly version: string;
  readonly refunds: boolean;
}

export const atStart: Shown = { status: 'ok', version: '1.4.0', refunds: false };

const effects: Readonly<Record<SwitchName, Partial<Shown>>> = {
  down: { status: 'down' },
  up: { status: 'ok' },
  api: { refunds: true },
  version: { version: '1.5.0' },
  reset: atStart,
};

/** Turning a switch twice is turning it once. */
export function turnSwitch(shown: Shown, name: SwitchName): Shown {
  return { ...shown, ...effects[name] };
}

export function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(switches, name);
}
