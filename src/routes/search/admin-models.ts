/** GET /admin/models: the embedding models, and how far the documents are embedded for each. */
import { z } from '@hono/zod-openapi';
import { present } from '../../kernel/core/present.ts';
import { toIsoOrNull } from '../../kernel/core/time.ts';
import { MODEL_STATES } from '../../kernel/model/embedding-models.ts';
import type { AppContext } from '../../services/context.ts';
import { listModels, type ModelStatus } from '../../services/models/list-models.ts';
import { createRouter, defineRoute, json, problems, requiresScopes } from '../router.ts';

const modelSchema = z
  .object({
    id: z.string().describe('Name and digest of the files; vectors are stored under it'),
    name: z.string(),
    state: z
      .enum(MODEL_STATES)
      .describe('active: searches use it; building: documents are embedded for it; retired: its vectors are removed after a day'),
    dimensions: z.int().optional(),
    languages: z.array(z.string()).optional().describe('Absent if they are unknown'),
    documents: z.object({
      total: z.int().describe('Documents with text'),
      embedded: z.int(),
      failed: z.int().describe('Given up after the last attempt; they are found by words'),
      percent: z.number().describe('Embedded or given up, of all'),
    }),
    failed_document_ids: z.array(z.string()).describe('The first 20 of those that failed'),
    activation_requested_at: z.iso
      .datetime()
      .optional()
      .describe('The switch to the model was asked for; it happens once every document is embedded'),
    activated_at: z.iso.datetime().optional(),
    retired_at: z.iso.datetime().optional(),
    removed_at: z.iso.datetime().optional().describe('When the vectors of a retired model are removed'),
  })
  .openapi('EmbeddingModel');

const listRoute = defineRoute({
  method: 'get',
  path: '/admin/models',
  tags: ['Administration'],
  summary: 'List the embedding models with their progress',
  security: requiresScopes('admin'),
  responses: {
    200: json('The active model first', z.object({ models: z.array(modelSchema) })),
    ...problems(503),
  },
});

const modelToWire = ({ id, name, state, dimensions, languages, documents, percent, failedIds, ...times }: ModelStatus) => ({
  ...{ id, name, state },
  ...present({ dimensions, languages: languages && [...languages] }),
  documents: { ...documents, percent },
  failed_document_ids: [...failedIds],
  ...present({
    activation_requested_at: toIsoOrNull(times.activationRequestedAt),
    activated_at: toIsoOrNull(times.activatedAt),
    retired_at: toIsoOrNull(times.retiredAt),
    removed_at: toIsoOrNull(times.removedAt),
  }),
});

export function createAdminModelRoutes(context: Pick<AppContext, 'db'>) {
  return createRouter().openapi(listRoute, async (c) =>
    c.json({ models: (await listModels(context, c.get('actor'))).map(modelToWire) }, 200),
  );
}
