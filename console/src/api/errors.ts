/** Failed requests in words. */
import { PharosError } from '../../../clients/typescript/src/index.ts';
import { sentence } from '../texts/sentence.ts';

export { PharosError } from '../../../clients/typescript/src/index.ts';

/** Whether no answer arrived: the banner says so, and the request may pass later. */
export const isUnreachable = (error: unknown): boolean => error instanceof PharosError && error.status === 0;

/** Before a sentence of its own: "file: This is a picture". What goes on with the field keeps it: "username: is taken". */
const FIELD = /^[a-z_]{1,40}: (?=\p{Lu})/u;

/** The server's sentence, with a full stop. The name of a field of the API, which may begin it, tells a person nothing. */
export function sentenceOf(error: unknown): string {
  return sentence(error instanceof PharosError ? error.detail.replace(FIELD, '') : String(error));
}

/** The sentence of a server that answered, or `unreachable` where no answer came. */
export const reasonOf = (error: unknown, unreachable: string): string => (isUnreachable(error) ? unreachable : sentenceOf(error));
