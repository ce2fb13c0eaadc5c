/** `1 target`, `2 targets`; what has another plural says it. */
export function countText(count: number, what: string, plural = `${what}s`): string {
  return `${count} ${count === 1 ? what : plural}`;
}
