/**
 * Which cells run: the sample, all of them (`POLAR_FAULTS=all`), or those whose name has one of some texts
 * (`POLAR_FAULTS_ONLY`, with commas between them).
 */
export function isChosen(name: string, isSample: boolean): boolean {
  const only = process.env['POLAR_FAULTS_ONLY'];
  if (only === undefined) return isSample || process.env['POLAR_FAULTS'] === 'all';
  return only.split(',').some((text) => name.toLowerCase().includes(text.trim().toLowerCase()));
}
