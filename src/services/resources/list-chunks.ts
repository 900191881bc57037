import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import { pageOfChunks } from '../../kernel/db/chunks.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceIdInput } from './resource-schemas.ts';

const chunkSchema = z
  .object({
    id: z.string(),
    position: z.int().meta({ description: 'From 0, in the order of the text' }),
    text: z.string(),
    heading_path: z.array(z.string()),
    char_start: z.int().meta({ description: 'UTF-16 units into the text of the resource' }),
    char_end: z.int(),
    page_start: z.int().optional().meta({ description: 'From 1, in formats with pages' }),
    page_end: z.int().optional(),
    word_count: z.int(),
  })
  .meta({ id: 'Chunk' });

const isPosition = (value: unknown): value is [position: number] =>
  Array.isArray(value) && value.length === 1 && Number.isSafeInteger(value[0]);

export const listChunks = operation({
  name: 'resources.chunks',
  scope: 'resources:read',
  summary: 'List the chunks of a resource',
  description:
    'The passages that search finds, in the order of the text. A chunk begins with the last sentence of the one before.',
  destructive: false,
  input: z.object({
    id: resourceIdInput,
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(200).optional(),
  }),
  output: z.object({ chunks: z.array(chunkSchema), next_cursor: z.string().optional() }).meta({ id: 'ChunkPage' }),
  errors: ['not_found'],
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { id, limit, cursor }) => {
    const [after] = cursor === undefined ? [-1] : decodeCursor(cursor, isPosition);
    if (!(await findResource(db, { id, ownerId: actor.userId }))) throw noSuchResource();
    const fetched = await pageOfChunks(db, { resourceId: id, ownerId: actor.userId, after, limit: limit + 1 });
    const rows = fetched.slice(0, limit);
    const last = rows.at(-1);
    return {
      chunks: rows.map((chunk) => ({
        ...{ id: chunk.id, position: chunk.position, text: chunk.text, heading_path: chunk.headingPath },
        ...{ char_start: chunk.charStart, char_end: chunk.charEnd, word_count: chunk.wordCount },
        ...present({ page_start: chunk.pageStart, page_end: chunk.pageEnd }),
      })),
      ...(last && fetched.length > limit ? { next_cursor: encodeCursor([last.position]) } : {}),
    };
  },
});
