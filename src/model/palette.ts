import type { Palette } from './event-text.ts';

const ansi = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;

/** For terminals that take colour; `plainPalette` is for everything else. */
export const ansiPalette: Palette = { grave: ansi(31, 39), good: ansi(32, 39), dim: ansi(2, 22) };
