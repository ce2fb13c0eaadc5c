/** What is to be said of sequences that somebody asked for and retention has removed. */
export function removedText(first: number, last: number): string {
  const range = first === last ? `${first} was` : `${first}–${last} were`;
  return `seq ${range} removed by retention; see: pzm journal info`;
}
