import { SettingProblem } from '../config/settings.ts';

/** Reads a JSON pointer (RFC 6901) that names a part: `/version`, `/checks/0/state`. */
export const jsonPointer = () => (written: string) => {
  if (!written.startsWith('/')) {
    throw new SettingProblem(`must be a JSON pointer such as /version, not "${written}"`);
  }
  if (/~(?![01])/.test(written)) {
    throw new SettingProblem(`has a stray ~ in "${written}"; a pointer writes ~ as ~0 and / as ~1`);
  }
  return written;
};

/** What the pointer names; undefined when there is nothing. The empty pointer names the whole document. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  let value = document;
  for (const part of parsePointer(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    // An array's own keys are its indexes and `length`, which is no part of the document.
    if (Array.isArray(value) && part === 'length') return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function parsePointer(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
