/** Failed requests in words. */
import { PharosError } from '../../../clients/typescript/src/index.ts';

export { PharosError } from '../../../clients/typescript/src/index.ts';

/** Whether no answer arrived: the banner says so, and the request may pass later. */
export const isUnreachable = (error: unknown): boolean => error instanceof PharosError && error.status === 0;

/** The server's sentence, with a full stop. */
export function sentenceOf(error: unknown): string {
  const detail = error instanceof PharosError ? error.detail : String(error);
  return /[.!?]$/.test(detail) ? detail : `${detail}.`;
}
