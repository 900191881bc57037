/** POST /resources/known: which files the caller has sent before, so that a large folder is not sent again. */
import { z } from 'zod';
import { findByContentHashes } from '../../kernel/db/resources.ts';
import type { AppContext } from '../context.ts';
import { type Caller, operation } from '../operation.ts';
import { resourceId, statusSchema } from './resource-schemas.ts';

export const KNOWN_HASHES = 1_000;

const contentHash = z
  .string()
  .max(64)
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 as 64 hexadecimal digits in lower case')
  .meta({ example: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' });

export const knownResources = operation({
  name: 'resources.known',
  scope: 'resources:read',
  summary: 'Find resources by their bytes',
  description:
    'Of up to 1,000 SHA-256 hashes of files, those which the owner has a resource of, in no order; of several with the same ' +
    'bytes, the oldest. A file that the answer lacks is new. Sending a file whose resource has failed processes it again.',
  destructive: false,
  input: z.strictObject({ hashes: z.array(contentHash).min(1).max(KNOWN_HASHES) }),
  output: z.object({
    resources: z.array(z.object({ content_hash: z.string(), id: resourceId, status: statusSchema })).max(KNOWN_HASHES),
  }),
  run: async ({ db, actor }: Pick<AppContext, 'db'> & Caller, { hashes }) => {
    const found = await findByContentHashes(db, actor.userId, hashes);
    return { resources: found.map(({ id, contentHash: content_hash, status }) => ({ content_hash, id, status })) };
  },
});
