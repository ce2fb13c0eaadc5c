/** What one look at the machine or the project found. */
export interface Check {
  /** What was looked at: `run directory`. */
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'error';
  /** What was found. */
  readonly message: string;
  /** What to do about it; null when it is ok. */
  readonly fix: string | null;
}

export function ok(name: string, message: string): Check {
  return { name, state: 'ok', message, fix: null };
}

export function warning(name: string, message: string, fix: string): Check {
  return { name, state: 'warning', message, fix };
}

export function error(name: string, message: string, fix: string): Check {
  return { name, state: 'error', message, fix };
}
