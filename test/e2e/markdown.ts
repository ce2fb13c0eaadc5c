import { simpleCommands } from './shell-words.ts';

/** One page of documentation, as far as it names things that can be looked up. */
export interface Page {
  /** From the package's root. */
  readonly path: string;
  readonly text: string;
  /** Texts between backticks, outside of blocks. */
  readonly spans: readonly string[];
  /** Targets of links to other files, from the page's folder, without their anchors. */
  readonly links: readonly string[];
  /** What a reader is told to type, as words. */
  readonly commands: readonly (readonly string[])[];
}

export function parsePage(path: string, text: string): Page {
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  const prose = text.replace(/^```\w*\n.*?^```$/gms, '');
  const spans = Array.from(prose.matchAll(/`([^`\n]+)`/g), ([, span = '']) => span);
  const links = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '');
  const typed = blocks.flatMap(([, language = '', block = '']) => typedLines(language, block));
  const inProse = spans.filter((span) => /^(pzm|npm|npx) /.test(span));
  return { path, text, spans, links, commands: [...typed, ...inProse].flatMap(simpleCommands) };
}

/** Every line of a script; of a transcript those behind a prompt. */
function typedLines(language: string, block: string): string[] {
  const lines = block.split('\n');
  if (language === 'sh') return lines;
  return language === 'console'
    ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
    : [];
}
