import { readSettings } from '../../../src/config/settings.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { ObserverKind, ObserverSettings } from '../../../src/observers/observer.ts';

/** Settings as a policy file would give them; throws when the kind's spec refuses one. */
export function settingsOf(kind: ObserverKind, written: Readonly<Record<string, string>>): ObserverSettings {
  const { values, findings } = readWritten(kind, written);
  if (findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'));
  return values;
}

export function readWritten(kind: ObserverKind, written: Readonly<Record<string, string>>) {
  const entries = Object.entries(written).map(([key, value], index) => ({
    key,
    value,
    hasEquals: true,
    line: index + 2,
    column: 1,
    valueColumn: key.length + 4,
  }));
  const section = { name: `${kind.kind}:test`, line: 1, column: 1, entries };
  const findings: Finding[] = [];
  const { values } = readSettings('test.ini', section, kind.settings, 'policy', findings);
  return { values, findings };
}
