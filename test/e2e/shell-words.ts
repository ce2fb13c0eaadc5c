/**
 * The simple commands of a line as a shell would see them, each as its words: `a 'b c' && d | e &` is three.
 * Enough for what documentation shows: quotes and comments, no variables, no here-documents.
 */
export function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  const token = /\s+|(#.*$)|(&&|\|\||[;&|])|((?:'[^']*'|"(?:\\.|[^"])*"|\\.|[^\s'"\\;&|])+)/gy;
  for (const [, comment, separator, word] of line.matchAll(token)) {
    if (comment !== undefined) break;
    if (separator !== undefined) commands.push([]);
    if (word !== undefined) commands.at(-1)?.push(unquote(word));
  }
  return commands.filter((words) => words.length > 0);
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:\\.|[^"])*)"|\\(.)/g,
    (_, plain?: string, quoted?: string, escaped?: string) =>
      plain ?? quoted?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  );
}
