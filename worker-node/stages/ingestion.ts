/** The ingestion stage: fetches a URL or loads the uploaded content, extracts it, and stores what the other stages need. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { lockBacklog } from '../../src/kernel/db/backlog.ts';
import { insertChunks, listChunkKeys, type NewChunk, replaceChunks } from '../../src/kernel/db/chunks.ts';
import { insertLinks, replaceLinks, storedLinks } from '../../src/kernel/db/links.ts';
import { insertIdentifiers, replaceIdentifiers, storedIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import { findSource, putSource } from '../../src/kernel/db/resource-sources.ts';
import { findSameContent, type NewResource, type ResourceSummary } from '../../src/kernel/db/resources.ts';
import type { Database, ResourceSource } from '../../src/kernel/db/types.ts';
import { findUser } from '../../src/kernel/db/users.ts';
import { isLimited, type QuotaConfig, requireQuota } from '../../src/services/resources/quotas.ts';
import { contextOf } from '../ingest/chunk-context.ts';
import type { DocumentReader } from '../ingest/document-reader.ts';
import type { GuardedFetch } from '../ingest/fetch/guarded-fetch.ts';
import type { ExtractedDocument } from '../ingest/read-document.ts';
import type { MadeDocument, StageRunner } from '../pipeline/stage.ts';

export interface IngestionStageDependencies extends QuotaConfig {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly fetchPage: GuardedFetch;
  readonly reader: DocumentReader;
}

/** The bytes of a document, with their type and origin. */
type Source = Omit<ResourceSource, 'resourceId' | 'createdAt'>;

export function createIngestionStage({ config, db, clock, ids, fetchPage, reader }: IngestionStageDependencies): StageRunner {
  return async function ingestion({ resource, signal, report }) {
    const source = await sourceOf(resource, signal, report);
    const contentHash = await contentHashOf(source.body);
    if (resource.url !== null) await assertNotDuplicate(db, resource, contentHash);
    report(40, 'Reading');
    const document = await reader.read(
      {
        bytes: source.body,
        contentType: source.contentType === '' ? null : source.contentType,
        filename: source.filename,
        url: source.fetchedUrl,
        aliases: resource.url === null ? [] : [resource.url],
        ...(resource.edited.includes('title') ? { ownTitle: resource.title } : {}),
      },
      { owner: resource.ownerId, signal },
    );
    report(90, `${document.wordCount} words`);

    const { id, ownerId } = resource;
    const isFirst = resource.wordCount === null;
    const chunks = chunkRows(resource, document);
    const links = await storedLinks(document.links.map((link) => ({ ...link, id: ids.next(), resourceId: id, ownerId })));
    const identifiers = await storedIdentifiers(document.identifiers);
    let written: { readonly keys: readonly number[]; readonly tx: Database } | undefined;
    const made: MadeDocument = {
      ...{ chunks, links, identifiers, isFirst },
      keys: async (tx) => written?.keys ?? (await listChunkKeys(tx, id)),
      isNewIn: (tx) => written?.tx === tx,
    };
    return {
      fields: { ...fieldsOf(document), contentHash },
      made: { document: made },
      write: async (tx) => {
        if (resource.url !== null) {
          await assertNotDuplicate(tx, resource, contentHash);
          await assertWithinQuota(tx, config, resource, source.body.byteLength);
          await putSource(tx, { ...source, resourceId: id, createdAt: clock.now() });
        }
        const [keys] = await Promise.all([
          isFirst ? insertChunks(tx, chunks) : replaceChunks(tx, id, chunks),
          isFirst ? insertLinks(tx, links) : replaceLinks(tx, id, links),
          isFirst
            ? insertIdentifiers(
                tx,
                identifiers.map((key) => ({ resourceId: id, key, ownerId })),
              )
            : replaceIdentifiers(tx, { resourceId: id, ownerId, keys: identifiers }),
        ]);
        written = { keys, tx };
      },
    };
  };

  async function sourceOf(
    resource: ResourceSummary,
    signal: AbortSignal,
    report: (percent: number, message?: string) => void,
  ): Promise<Source> {
    if (resource.url === null) {
      const source = await findSource(db, resource.id);
      if (!source) throw new StageError('permanent', 'The uploaded content is missing');
      return source;
    }
    report(5, 'Fetching');
    const page = await fetchPage(resource.url, signal);
    return { contentType: page.contentType ?? '', filename: null, body: page.body, fetchedUrl: page.url };
  }

  function chunkRows(resource: ResourceSummary, { chunks, text, contextTitle }: ExtractedDocument): NewChunk[] {
    return chunks.map(({ start, end, headingPath, wordCount, pageStart, pageEnd }, position) => ({
      id: ids.next(),
      resourceId: resource.id,
      ownerId: resource.ownerId,
      position,
      text: text.slice(start, end),
      context: contextOf(contextTitle, headingPath),
      headingPath: [...headingPath],
      charStart: start,
      charEnd: end,
      pageStart,
      pageEnd,
      wordCount,
    }));
  }
}

/** Bytes that are hashed before yielding to the event loop, which takes about 2 ms. */
const BYTES_PER_TURN = 1_000_000;

/** SHA-256 in hex. */
async function contentHashOf(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < body.length; start += BYTES_PER_TURN) {
    if (start > 0) await setImmediate();
    hash.update(body.subarray(start, start + BYTES_PER_TURN));
  }
  return hash.digest('hex');
}

/** Throws a permanent StageError if the library holds the same bytes under another URL; the message names that resource. */
async function assertNotDuplicate(db: Database, { id, ownerId }: ResourceSummary, contentHash: string): Promise<void> {
  const found = await findSameContent(db, { ownerId, contentHash, exceptId: id });
  if (found !== undefined) throw new StageError('permanent', `This document is already in your library as ${found}`);
}

/** Throws a permanent StageError if the fetched bytes are more than the owner may store. */
async function assertWithinQuota(tx: Database, { quotas }: QuotaConfig['config'], resource: ResourceSummary, bytes: number) {
  const { ownerId } = resource;
  const owner = await findUser(tx, ownerId);
  const quota = quotas[owner?.tier ?? 'free'];
  if (!isLimited(quota)) return;
  await lockBacklog(tx, ownerId, 'alone');
  const added = { documents: 0, bytes: bytes - (resource.bytes ?? 0) };
  await requireQuota(tx, ownerId, quota, added).catch((error: unknown) => {
    throw error instanceof AppError ? new StageError('permanent', error.detail) : error;
  });
}

function fieldsOf({ metadata, text, contentType, wordCount, summary, keywords }: ExtractedDocument): Partial<NewResource> {
  const { language, authors, publishedAt, canonicalUrl, doi, arxivId, title, description } = metadata;
  const fields = { title, description, language, authors: [...authors], publishedAt, canonicalUrl, doi, arxivId };
  return { ...fields, contentType, text, textFormat: 'markdown', summary, keywords: [...keywords], wordCount };
}
