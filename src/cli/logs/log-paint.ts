import type { Palette } from '../../model/event-text.ts';
import type { LogPaint } from './log-line.ts';

/** Cyan, yellow, magenta, blue, and their bright ones: red and green say how things are. */
const colours = [36, 33, 35, 34, 96, 93, 95, 94] as const;

/** A colour for each process, in the order in which they are met. */
export function createLogPaint(isColoured: boolean, { dim, grave }: Palette): LogPaint {
  const met = new Map<string, number>();
  const colourOf = (process: string): number => {
    const index = met.get(process) ?? met.size;
    met.set(process, index);
    return colours[index % colours.length] ?? colours[0];
  };
  return {
    dim,
    level(level, text) {
      if (level === 'info') return text;
      return level === 'debug' ? dim(text) : grave(text);
    },
    process: (process, text) => (isColoured ? `\u001b[${colourOf(process)}m${text}\u001b[39m` : text),
  };
}
