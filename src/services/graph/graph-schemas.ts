/** Edges between resources, as responses describe them. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import type { EdgeEvidence } from '../../kernel/model/graph.ts';

export const evidenceSchema = z
  .object({
    cosine: z.number().optional(),
    shared_keywords: z.array(z.string()).optional(),
    same_category: z.boolean().optional(),
    context: z.string().optional().meta({ description: 'Words around the link' }),
  })
  .meta({ id: 'EdgeEvidence' });

export const toEvidenceBody = ({ cosine, sharedKeywords, sameCategory, context }: EdgeEvidence) =>
  present({ cosine, shared_keywords: sharedKeywords && [...sharedKeywords], same_category: sameCategory, context });
