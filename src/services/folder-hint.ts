import { type FSWatcher, watch } from 'node:fs';

/** The operating system's word that something in a folder may have changed. It may be late, doubled, or never come. */
export interface FolderHint {
  /** Listens from now on; call it before reading, so that no change falls between the two. */
  arm(): void;
  /** Resolves at a hint since `arm`, after `timeoutMs`, or when `signal` aborts, whichever comes first. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function openFolderHint(folder: string): FolderHint {
  let watcher: FSWatcher | undefined;
  let isHinted = false;
  let wake = () => {};

  const close = () => {
    watcher?.close();
    watcher = undefined;
  };
  const onChange = (event: string) => {
    isHinted = true;
    wake();
    // It may be the folder itself that was moved or deleted; its successor has to be watched anew.
    if (event === 'rename') close();
  };
  return {
    arm() {
      isHinted = false;
      if (watcher) return;
      try {
        watcher = watch(folder, { persistent: false }, onChange).on('error', close);
      } catch {
        // A folder that is not there, or no watches left: the caller looks once in a while anyway.
      }
    },
    next: (timeoutMs, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          wake = () => {};
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        signal.addEventListener('abort', done);
        wake = done;
        if (isHinted || signal.aborted) done();
      }),
    close,
  };
}
