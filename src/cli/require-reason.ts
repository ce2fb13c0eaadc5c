import { PolarError } from '../model/errors.ts';
import type { Call } from './command.ts';

/** What is given up is given up for a reason, which is journaled. @throws usage.invalid */
export function requireReason({ options }: Call): string {
  const { reason } = options as { reason?: string };
  if (reason !== undefined && reason.trim() !== '') return reason;
  throw new PolarError('usage.invalid', 'Why? What is dropped is never delivered, and the reason is kept.', {
    hint: 'Add --reason with a sentence for whoever asks later.',
  });
}
