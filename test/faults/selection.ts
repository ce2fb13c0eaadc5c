/** Which cells run: the sample, all of them (`POLAR_FAULTS=all`), or those whose name has a text (`POLAR_FAULTS_ONLY`). */
export function isChosen(name: string, isSample: boolean): boolean {
  const only = process.env['POLAR_FAULTS_ONLY'];
  if (only !== undefined) return name.toLowerCase().includes(only.toLowerCase());
  return isSample || process.env['POLAR_FAULTS'] === 'all';
}
