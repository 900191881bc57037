/** What a person who types may be looking for: titles and words of their library. */
import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceId } from '../resources/resource-schemas.ts';

const output = z
  .object({
    titles: z.array(z.object({ resource_id: resourceId, title: z.string() })),
    words: z.array(z.string()).meta({ description: 'Words that the last one may become, the most frequent first' }),
  })
  .meta({ id: 'Suggestions' });

export const suggest = operation({
  name: 'search.suggest',
  scope: 'search',
  summary: 'Suggest titles and words',
  description: 'For the text that has been typed so far. Both lists are empty while no worker answers.',
  destructive: false,
  input: z.strictObject({
    q: z
      .string()
      .max(200)
      .refine((text) => text.trim() !== '', 'must not be empty')
      .meta({ example: 'glac' }),
    limit: z.coerce.number().int().min(1).max(20).default(8),
  }),
  output,
  run: async ({ searchClient, actor, signal }: Pick<AppContext, 'searchClient'> & Caller, { q, limit }) => {
    try {
      return output.parse(await searchClient.suggest({ owner_id: actor.userId, q, limit }, signal));
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') return { titles: [], words: [] };
      throw error;
    }
  },
});
