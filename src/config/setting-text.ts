import { formatByteSize } from '../model/byte-size.ts';
import { formatDuration } from '../model/duration.ts';
import type { Setting } from './settings.ts';

/** A value as a file would say it: the first spelling that the setting reads as the value. */
export function settingText({ read }: Pick<Setting<unknown>, 'read'>, value: unknown): string {
  const spellings = typeof value === 'number' ? [formatByteSize(value), formatDuration(value)] : [];
  const text = String(value);
  return [...spellings, text].find((spelling) => readsAs(read, spelling, value)) ?? text;
}

function readsAs(read: Setting<unknown>['read'], text: string, value: unknown): boolean {
  try {
    return read(text, '') === value;
  } catch {
    return false;
  }
}
