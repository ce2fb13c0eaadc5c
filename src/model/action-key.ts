/** `Sender?Context[@Decorator]?Action`: who handed a message on, in which context, and what is to be done. Any part may be empty. */
export interface ActionKey {
  readonly sender: string;
  readonly context: string;
  /** Empty when there is none. */
  readonly decorator: string;
  readonly action: string;
}

export type ParsedActionKey =
  | { readonly key: ActionKey }
  /** `problem` completes "<text> …"; `column` is 1-based within the text. */
  | { readonly problem: string; readonly column: number };

/** Inverse of `formatActionKey`. */
export function parseActionKey(text: string): ParsedActionKey {
  const [sender = '', middle, action, extra] = text.split('?');
  if (middle === undefined || action === undefined) {
    return problemAt(text.length, `has ${middle === undefined ? 'no' : 'only one'} "?"; ${form}`);
  }
  if (extra !== undefined) {
    return problemAt(sender.length + middle.length + action.length + 2, `has more than two "?"; ${form}`);
  }
  const at = middle.indexOf('@');
  const context = at < 0 ? middle : middle.slice(0, at);
  const decorator = at < 0 ? '' : middle.slice(at + 1);
  const contextStart = sender.length + 1;
  if (at >= 0 && decorator === '') {
    return problemAt(contextStart + at, 'has an "@" without a decorator; write one or remove the "@"');
  }
  return (
    strangerIn(sender, 0) ??
    strangerIn(context, contextStart) ??
    strangerIn(decorator, contextStart + at + 1) ??
    strangerIn(action, contextStart + middle.length + 1) ?? { key: { sender, context, decorator, action } }
  );
}

export function formatActionKey({ sender, context, decorator, action }: ActionKey): string {
  return `${sender}?${context}${decorator === '' ? '' : `@${decorator}`}?${action}`;
}

/** Whether a part of an action key, or the name of a flow, may be written so; an empty one may. */
export function isKeyPart(text: string): boolean {
  return !stranger.test(text);
}

const stranger = /[^A-Za-z0-9_^.-]/u;
const form = 'write Sender?Context?Action';

function strangerIn(part: string, start: number): ParsedActionKey | undefined {
  const index = part.search(stranger);
  if (index < 0) return undefined;
  const character = String.fromCodePoint(part.codePointAt(index) as number);
  return problemAt(
    start + index,
    character === '@'
      ? 'has an "@" out of place; the one decorator follows the context'
      : `has ${JSON.stringify(character)}; allowed are A-Z a-z 0-9 _ - ^ .`,
  );
}

function problemAt(offset: number, problem: string): ParsedActionKey {
  return { problem, column: offset + 1 };
}
