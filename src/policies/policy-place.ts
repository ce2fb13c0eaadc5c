import { type IniEntry, type IniSection, parseIni } from '../ini/document.ts';
import type { PolicyFile } from '../model/policy.ts';

/** Where a set says something; lines count from 1. */
export interface PolicyPlace {
  readonly file: string;
  readonly line: number;
}

/** Where a target stands in a set, and one of its settings: its own, or what stands in for it in its file. */
export interface TargetPlace extends PolicyPlace {
  readonly settingPlace: (key: string) => PolicyPlace | undefined;
}

/** Undefined when no file of the set has the target. */
export function placeOfTarget(files: readonly PolicyFile[], name: string): TargetPlace | undefined {
  for (const { name: file, text } of files) {
    const { sections } = parseIni(text, file).document;
    const section = sections.find((one) => one.name === name);
    if (!section) continue;
    const kind = name.slice(0, name.indexOf(':'));
    const defaults = [kind, 'policy'].flatMap((other) => sections.find((one) => one.name === other) ?? []);
    return {
      file,
      line: section.line,
      settingPlace(key) {
        const entry = entryOf([section, ...defaults], key);
        return entry && { file, line: entry.line };
      },
    };
  }
  return undefined;
}

function entryOf(sections: readonly IniSection[], key: string): IniEntry | undefined {
  for (const { entries } of sections) {
    const entry = entries.find((one) => one.key === key);
    if (entry) return entry;
  }
  return undefined;
}
