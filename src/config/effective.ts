import { type IniEntry, parseIni } from '../ini/document.ts';
import { polarSpec, type SectionSpec } from './polar-spec.ts';
import { parseSecretReference } from './secret-reference.ts';
import { settingText } from './setting-text.ts';
import type { Setting } from './settings.ts';

/** A setting of `polar.ini` as it holds for the next start, and who says so. */
export interface EffectiveSetting {
  /** `topology.workers` */
  readonly name: string;
  /** As the file would say it; null where nothing is set. Of a secret only where it lies. */
  readonly value: string | null;
  readonly origin: Origin;
}

export type Origin =
  | { readonly kind: 'default' }
  /** A default that depends on the machine. */
  | { readonly kind: 'machine' }
  | { readonly kind: 'file'; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

/** Above the file: by name, what the command line or its environment says. */
export type Above = Readonly<Record<string, { readonly value: string; readonly origin: Origin } | undefined>>;

/** `machine` has the defaults that depend on it, by name. */
export function effectiveSettings(
  text: string,
  machine: Readonly<Record<string, string>>,
  above: Above,
): EffectiveSetting[] {
  const { sections } = parseIni(text, 'polar.ini').document;
  const specs = Object.entries<SectionSpec>(polarSpec);
  return specs.flatMap(([section, { settings }]) =>
    Object.entries(settings).map(([key, setting]) => {
      const name = `${section}.${key}`;
      const entry = sections.find((one) => one.name === section)?.entries.find((one) => one.key === key);
      return { name, ...(above[name] ?? ofFile(setting, entry) ?? ofDefault(setting, machine[name])) };
    }),
  );
}

type Valued = Pick<EffectiveSetting, 'value' | 'origin'>;

function ofFile({ secret, hides }: Setting<unknown>, entry: IniEntry | undefined): Valued | undefined {
  if (!entry) return undefined;
  const origin = { kind: 'file', line: entry.line } as const;
  // Somebody may have written the secret itself.
  const isShown = secret ? parseSecretReference(entry.value) !== undefined : !hides?.(entry.value);
  return { value: isShown ? entry.value : '(hidden)', origin };
}

function ofDefault(setting: Setting<unknown>, machine: string | undefined): Valued {
  if (machine !== undefined) return { value: machine, origin: { kind: 'machine' } };
  const { fallback } = setting;
  return {
    value: fallback === undefined ? null : settingText(setting, fallback),
    origin: { kind: 'default' },
  };
}
