import type { Finding } from '../model/finding.ts';

/**
 * Errors and warnings that are there afterwards and were not before. Lines move with an edit, so a problem is told by its
 * file, code and message, numbers aside, and by how often it is there.
 */
export function newProblems(before: readonly Finding[], after: readonly Finding[]): Finding[] {
  const known = new Map<string, number>();
  for (const finding of before) {
    const sign = signOf(finding);
    known.set(sign, (known.get(sign) ?? 0) + 1);
  }
  return after.filter((finding) => {
    if (finding.severity === 'note') return false;
    const sign = signOf(finding);
    const left = known.get(sign) ?? 0;
    known.set(sign, left - 1);
    return left <= 0;
  });
}

function signOf({ file, severity, code, message }: Finding): string {
  return [file, severity, code, message.replaceAll(/\b(line |:)\d+\b/g, '$1#')].join('\0');
}
