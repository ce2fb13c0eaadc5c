import { readSecret } from '../config/secret.ts';
import { secretReferencesIn } from '../config/secret-text.ts';
import { parseIni } from '../ini/document.ts';
import { hasCode, messageOf } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyFile } from '../model/policy.ts';

/** A warning per reference that cannot be read here: the node may run for another user, with other variables. */
export function secretFindings(files: readonly PolicyFile[], projectDir: string): Finding[] {
  return files.flatMap(({ name: file, text }) =>
    parseIni(text, file).document.sections.flatMap(({ entries }) =>
      entries.flatMap(({ value, line, valueColumn: column }) =>
        (secretReferencesIn(value) ?? []).flatMap((reference): Finding[] => {
          try {
            readSecret(reference, projectDir);
            return [];
          } catch (error) {
            if (!hasCode(error, 'secret.unavailable')) throw error;
            const message = `${messageOf(error)} Until it is, the target is unreachable`;
            return [{ file, line, column, severity: 'warning', code: 'policy.no-secret', message }];
          }
        }),
      ),
    ),
  );
}
