/** One step of `bridge check`. */
export interface CheckedStep {
  /** `resolve`, `exchange polar.events` */
  readonly name: string;
  /** `unseen`: it was not looked at. */
  readonly state: 'ok' | 'warning' | 'error' | 'unseen';
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly fix: string | null;
}

export function ok(name: string, message: string): CheckedStep {
  return { name, state: 'ok', message, fix: null };
}

export function warning(name: string, message: string, fix: string): CheckedStep {
  return { name, state: 'warning', message, fix };
}

export function failed(name: string, message: string, fix: string): CheckedStep {
  return { name, state: 'error', message, fix };
}

export function unseen(name: string, message: string, fix: string | null = null): CheckedStep {
  return { name, state: 'unseen', message, fix };
}
