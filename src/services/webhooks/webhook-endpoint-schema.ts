/** An endpoint for events of other systems, as responses describe it. */
import { z } from 'zod';
import type { Config } from '../../kernel/config/config.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { WEBHOOK_KINDS } from '../../kernel/model/webhooks.ts';

export const endpointSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(WEBHOOK_KINDS),
    tags: z.array(z.string()),
    url: z.url().meta({ description: 'Address to send events to' }),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().optional(),
  })
  .meta({ id: 'WebhookEndpoint' });

export const toEndpointBody = (
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { id, name, kind, tags, createdAt, lastUsedAt }: WebhookEndpoint,
) => ({
  id,
  name,
  kind,
  tags: [...tags],
  url: `${publicUrl}/webhooks/ingest/${id}`,
  created_at: toIso(createdAt),
  ...present({ last_used_at: toIsoOrNull(lastUsedAt) }),
});
