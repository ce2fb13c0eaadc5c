/**
 * Whether a text is like a pattern, as a whole: `*` stands for any characters, `?` for one, the rest for itself.
 * At most pattern × text comparisons (ADR 11): only the last `*` is ever tried again, for whatever an earlier one
 * could take in its place, the later one can take too.
 */
export function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let taken = 0;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === '*') {
      star = place++;
      taken = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      at++;
      place++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++taken;
    } else return false;
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}
