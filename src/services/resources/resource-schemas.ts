/** Resources in requests and responses. */
import { z } from 'zod';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { ResourceSummary } from '../../kernel/db/resources.ts';
import type { Resource } from '../../kernel/db/types.ts';
import { QUALITY_DIMENSIONS } from '../../kernel/model/quality.ts';
import { STAGE_STATUSES } from '../../kernel/model/stages.ts';
import { TEXT_FORMATS, type TextFormat } from '../../kernel/model/text-format.ts';

const instant = z.iso.datetime().meta({ example: '2026-01-01T12:00:00.000Z' });
const uuid = { format: 'uuid', example: '01900000-0000-7000-8000-000000000001' };
export const resourceId = z.string().meta(uuid);
/** In requests any short text is accepted: an id that is not a UUID gets the 404 of every unknown id. */
export const resourceIdInput = z.string().max(64).meta(uuid);
export const statusSchema = z.enum(STAGE_STATUSES);

const qualitySchema = z
  .object({
    total: z.number(),
    dimensions: z.record(
      z.enum(QUALITY_DIMENSIONS),
      z.object({ score: z.number().optional(), weight: z.number(), reasons: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'Quality', description: 'Six dimensions from 0 to 1 with reasons and weights, and their weighted mean' });

export const resourceSchema = z
  .object({
    id: resourceId,
    status: statusSchema,
    error_message: z.string().optional(),
    url: z.string().optional(),
    content_type: z.string().optional(),
    filename: z.string().optional().meta({ description: 'Of the uploaded file' }),
    content_hash: z.string().optional().meta({ description: 'SHA-256 of the ingested bytes' }),
    title: z.string().optional(),
    description: z.string().optional(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    edited: z.array(z.string()).meta({ description: 'Fields set by hand, which processing does not overwrite' }),
    callback_url: z.string().optional(),
    language: z.string().optional().meta({ example: 'en' }),
    authors: z.array(z.string()),
    published_at: z.string().optional(),
    canonical_url: z.string().optional(),
    doi: z.string().optional(),
    arxiv_id: z.string().optional(),
    summary: z.string().optional(),
    keywords: z.array(z.string()),
    word_count: z.int().optional(),
    quality_score: z.number().optional(),
    quality: qualitySchema.optional(),
    category: z.string().optional(),
    categories: z.array(z.object({ id: z.string(), label: z.string(), confidence: z.number() })),
    centrality: z.number().optional(),
    created_at: instant,
    updated_at: instant,
    completed_at: instant.optional(),
    text_format: z
      .enum(TEXT_FORMATS)
      .optional()
      .meta({ description: 'Of the text: `plain` for documents read before November 2026' }),
    text: z.string().optional().meta({ description: 'Only with `include=text`. Offsets into it are in UTF-16 units' }),
  })
  .meta({ id: 'Resource' });

/** Filters of both the list and the search. */
export const resourceFilterQuery = z.object({
  category: z.string().max(200).optional().meta({ description: 'Id of a category' }),
  tag: z.string().max(100).optional(),
  language: z.string().max(35).optional().meta({ example: 'en' }),
  min_quality: z.coerce.number().min(0).max(1).optional().meta({ description: 'Excludes resources without a quality score' }),
});

export const resourceBriefSchema = z
  .object({ id: resourceId, title: z.string().optional(), url: z.string().optional(), category: z.string().optional() })
  .meta({ id: 'ResourceBrief' });

export const acceptedSchema = z
  .object({
    id: resourceId,
    status: statusSchema,
    progress_url: z.url(),
    events_url: z.url(),
  })
  .meta({ id: 'AcceptedResource' });

/** Null before the document has been read. */
export const textFormatOf = ({ textFormat, wordCount }: Pick<Resource, 'textFormat' | 'wordCount'>): TextFormat | null =>
  textFormat ?? (wordCount === null ? null : 'plain');

export function toResourceBody(resource: ResourceSummary & Partial<Pick<Resource, 'text'>>) {
  return {
    ...present({
      id: resource.id,
      status: resource.status,
      error_message: resource.errorMessage,
      url: resource.url,
      content_type: resource.contentType,
      filename: resource.filename,
      content_hash: resource.contentHash,
      title: resource.title,
      description: resource.description,
      tags: resource.tags,
      metadata: resource.metadata,
      edited: resource.edited,
      callback_url: resource.callbackUrl,
      language: resource.language,
      authors: resource.authors,
      published_at: resource.publishedAt,
      canonical_url: resource.canonicalUrl,
      doi: resource.doi,
      arxiv_id: resource.arxivId,
      summary: resource.summary,
      keywords: resource.keywords,
      word_count: resource.wordCount,
      quality_score: resource.qualityScore,
      category: resource.category,
      categories: resource.categories,
      centrality: resource.centrality,
      created_at: toIso(resource.createdAt),
      updated_at: toIso(resource.updatedAt),
      completed_at: toIsoOrNull(resource.completedAt),
      text_format: textFormatOf(resource),
      text: resource.text,
    }),
    ...(resource.quality ? { quality: toQualityBody(resource.quality) } : {}),
  };
}

function toQualityBody({ total, dimensions }: NonNullable<Resource['quality']>) {
  const measured = QUALITY_DIMENSIONS.map((dimension) => [dimension, present(dimensions[dimension])]);
  return { total, dimensions: Object.fromEntries(measured) };
}

export const toBrief = ({ id, title, url, category }: ResourceSummary) => present({ id, title, url, category });
