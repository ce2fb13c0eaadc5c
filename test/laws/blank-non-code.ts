/**
 * TypeScript with everything blanked that is not code: comments, the insides of strings, patterns and template
 * texts (what stands in `${}` is code). Length and line breaks stay, so that offsets hold. It knows just enough of
 * the language for that: whether a slash begins a pattern is told by what stands before it.
 */
export function blankNonCode(text: string): string {
  const out: string[] = [];
  /** Depths of braces at which a template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  const keep = (length: number) => {
    out.push(text.slice(at, at + length));
    at += length;
  };
  const blankTo = (end: number) => {
    out.push(text.slice(at, end).replace(/[^\n]/g, ' '));
    at = end;
  };
  const templateText = () => {
    blankTo(endOf(/`|\$\{/g, text, at));
    if (text.startsWith('${', at)) {
      templates.push(depth++);
      keep(2);
    } else {
      keep(1);
    }
  };

  while (at < text.length) {
    const one = text[at]!;
    const two = text.slice(at, at + 2);
    if (two === '//') blankTo(endOfComment('\n', text, at));
    else if (two === '/*') blankTo(endOfComment('*/', text, at) + 2);
    else if (one === "'" || one === '"') {
      keep(1);
      blankTo(endOf(one === "'" ? /'|\n/g : /"|\n/g, text, at));
      keep(1);
    } else if (one === '`') {
      keep(1);
      templateText();
    } else if (one === '/' && beginsPattern(out.join('').slice(-20))) {
      blankTo(endOfPattern(text, at + 1));
    } else if (one === '}' && templates.at(-1) === depth - 1) {
      depth = templates.pop()!;
      keep(1);
      templateText();
    } else {
      if (one === '{') depth++;
      if (one === '}') depth--;
      keep(1);
    }
  }
  return out.join('');
}

function endOfComment(end: string, text: string, from: number): number {
  const found = text.indexOf(end, from + 2);
  return found < 0 ? text.length : found;
}

/** Where `what` begins next, escapes passed over; the end of the text when it does not. */
function endOf(what: RegExp, text: string, from: number): number {
  const next = new RegExp(`\\\\[^]|(${what.source})`, 'g');
  next.lastIndex = from;
  for (let match = next.exec(text); match; match = next.exec(text)) {
    if (match[1] !== undefined) return match.index;
  }
  return text.length;
}

/** A pattern stands where a value may begin; elsewhere the slash divides. */
function beginsPattern(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|await|yield))\s*$/.test(before);
}

/** A slash within a class of characters does not end a pattern. */
function endOfPattern(text: string, from: number): number {
  const pattern = /(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*\/[a-z]*/y;
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
