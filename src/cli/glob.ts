/** `*` stands for any characters, `?` for one; everything else for itself. The whole text must match. */
export function createGlob(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (text) => expression.test(text);
}

/** A target by its name `http:shop`, or by its domain alone. */
export function createTargetGlob(pattern: string): (target: string) => boolean {
  const matches = createGlob(pattern);
  if (pattern.includes(':')) return matches;
  return (target) => matches(target) || matches(target.slice(target.indexOf(':') + 1));
}
