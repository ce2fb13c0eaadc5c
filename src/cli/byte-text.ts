/** One figure for people: `0 B`, `52 KiB`, `3.1 MiB`. */
export function byteText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const figure = bytes / 1024 ** power;
  return `${figure < 10 ? Number(figure.toFixed(1)) : Math.round(figure)} ${units[power]}`;
}
