import { printable } from '../model/facts-text.ts';
import type { Reloaded } from '../topology/reload.ts';
import { countText } from './count-text.ts';

/** `reloaded: components parcels.js (3 workers restarted) · policy 3f9c1e → 71ab90 · flows unchanged` */
export function reloadedText(reloaded: Reloaded): string {
  const parts = [
    ...changesText(reloaded),
    policyText(reloaded.policy),
    flowsText(reloaded.flows),
    ...(reloaded.components.length === 0 ? ['components unchanged'] : []),
  ];
  return `reloaded: ${parts.join(' · ')}`;
}

/** What is another only when the node is started anew; undefined when nothing is. */
export function waitingText({ waiting }: Reloaded): string | undefined {
  if (waiting.length === 0) return undefined;
  return `${waiting.join(', ')} will be another with the next start: pzm down && pzm up -d`;
}

function changesText({ components, settings, restarted }: Reloaded): string[] {
  if (components.length + settings.length === 0) return [];
  const workers = restarted.filter((name) => name.startsWith('worker-')).length;
  const others = restarted.filter((name) => !name.startsWith('worker-'));
  const names = [...(workers > 0 ? [countText(workers, 'worker')] : []), ...others];
  const what = [
    ...(components.length > 0 ? [`components ${components.map(printable).join(', ')}`] : []),
    ...(settings.length > 0 ? [`settings ${settings.join(', ')}`] : []),
  ].join(' · ');
  return [names.length === 0 ? what : `${what} (${names.join(', ')} restarted)`];
}

function policyText({ before, after, isInForce }: Reloaded['policy']): string {
  if (!isInForce) return `policy ${after} is not in force yet (pzm status)`;
  return before === after ? 'policy unchanged' : `policy ${before || 'none'} → ${after}`;
}

function flowsText({ isChanged, isInForce }: Reloaded['flows']): string {
  if (!isInForce) return 'flows are not in force yet (pzm status)';
  return isChanged ? 'flows changed' : 'flows unchanged';
}
