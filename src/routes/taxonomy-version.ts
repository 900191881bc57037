/** The version of the taxonomy in headers: ETag in responses, If-Match in requests (RFC 9110 section 13.1.1). */
import { z } from 'zod';
import { AppError } from '../kernel/core/errors.ts';
import { readTaxonomyState } from '../kernel/db/settings.ts';
import type { AppContext } from '../services/context.ts';
import type { Around } from './mount.ts';

export const versionHeaders = z.object({ ETag: z.string().meta({ example: '"7"', description: 'The version' }) });
export const ifMatchHeaders = z.object({
  'If-Match': z
    .string()
    .max(200)
    .optional()
    .meta({ example: '"7"', description: 'The ETag of the tree that was changed; 412 where it is not the latest' }),
});

const tagOf = (version: number) => `"${version}"`;

/** Sends the version of the output as its ETag. */
export const withVersion = (): Around => async (c, input, run) => {
  const output = (await run(input)) as { readonly version: number };
  c.header('ETag', tagOf(output.version));
  return output;
};

/** The same, where If-Match names the version that the operation is to find; it compares again, in its transaction. */
export function ifMatch({ db }: Pick<AppContext, 'db'>): Around {
  const answer = withVersion();
  return async (c, input, run) => {
    const header = c.req.header('if-match');
    if (header === undefined || header.trim() === '*') return answer(c, input, run);
    const tags = header.split(',').map((tag) => tag.trim());
    const { version } = await readTaxonomyState(db);
    if (!tags.includes(tagOf(version)))
      throw new AppError('precondition_failed', `If-Match is not "${version}": the taxonomy has changed since`);
    return answer(c, typeof input === 'object' ? { version, ...input } : input, run);
  };
}
