import { formatSubjectName } from './subject-name.ts';

/** What people order about a task that could not be done. */
export interface LetterRequest {
  readonly kind: 'retry' | 'drop';
  /** The dead letter's place in the journal. */
  readonly letter: number;
  readonly by: string;
  /** Null only for `retry`. */
  readonly reason: string | null;
}

/** The key of the tasks that carry such orders: they are done one after the other. */
export function lettersKeyOf(node: string): string {
  return formatSubjectName({ node, kind: 'command', method: 'order', domain: 'letters' });
}
