/** Follows the progress of many documents, over one connection for each hundred. */
import type { Client, ResourceProgress } from '../../clients/typescript/src/index.ts';

const TOGETHER = 100;

/** Calls `onProgress` for every change until all documents have ended. */
export async function followAll(
  pharos: Client,
  ids: readonly string[],
  onProgress: (progress: ResourceProgress) => void,
): Promise<void> {
  for (let at = 0; at < ids.length; at += TOGETHER) {
    for await (const progress of pharos.progress(ids.slice(at, at + TOGETHER))) onProgress(progress);
  }
}
