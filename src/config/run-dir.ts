import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';

export interface Machine {
  /** `$XDG_RUNTIME_DIR`, if the folder is there. */
  readonly runtimeDir: string | undefined;
  readonly temporaryDir: string;
  readonly userId: number;
}

// Socket paths end at 103 bytes on macOS; what is bound in the folder has names of up to 30.
const longestBytes = 72;

/**
 * Where the sockets of the node with this folder of data lie: short, the user's own, and the same for every command.
 * The folder of data gives it its name, so that two nodes never meet in one.
 */
export function defaultRunDir(dataDir: string, { runtimeDir, temporaryDir, userId }: Machine): string {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 8);
  const candidates = [
    ...(runtimeDir !== undefined && isAbsolute(runtimeDir) ? [join(runtimeDir, 'polar-zmanager', name)] : []),
    join(temporaryDir, `polar-zmanager-${userId}`, name),
  ];
  const isShort = (candidate: string) => Buffer.byteLength(candidate) <= longestBytes;
  return candidates.find(isShort) ?? join('/tmp', `polar-zmanager-${userId}`, name);
}
