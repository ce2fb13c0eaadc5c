import { formatSubjectName } from './subject-name.ts';

/** More of them make more runs of fewer tasks each. */
const lanes = 16;

/**
 * The key under which a push asks for admission: never the pushed one, for what runs under that may take long, and the
 * door is not to wait for it. Pushes of one key share one, and so keep their order.
 */
export function admissionKeyOf(node: string, key: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return formatSubjectName({
    node,
    kind: 'command',
    method: 'admit',
    domain: `lane-${(hash >>> 0) % lanes}`,
  });
}
