import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { listChunks } from '../../src/kernel/db/chunks.ts';
import { listLinks } from '../../src/kernel/db/links.ts';
import { listIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import { findSource } from '../../src/kernel/db/resource-sources.ts';
import { updateResource } from '../../src/kernel/db/resources.ts';
import { embeddedText } from '../../worker-node/ingest/chunk-context.ts';
import { measure } from '../../worker-node/ingest/chunk-tokens.ts';
import { createDocumentReader, type DocumentReader } from '../../worker-node/ingest/document-reader.ts';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';
import { createGuardedFetch } from '../../worker-node/ingest/fetch/guarded-fetch.ts';
import type { StageRunner } from '../../worker-node/pipeline/stage.ts';
import { createIngestionStage } from '../../worker-node/stages/ingestion.ts';
import { manualClock, randomIds } from '../support/fakes/doubles.ts';
import { startWebServer, type WebServer } from '../support/fakes/web-server.ts';
import { beginStage, insertDocument, insertUser, reread, runStage } from '../support/fixtures/documents.ts';
import { testConfig } from '../support/kits/config.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const article = (name: string) => readFileSync(new URL(`../support/fixtures/articles/${name}`, import.meta.url), 'utf8');
const LONG = 'A plain sentence about lighthouses that guide the ships home. ';

let database: TestDatabase;
let site: WebServer;
let reader: DocumentReader;
let stage: StageRunner;
let stageWith: (env: Record<string, string>) => StageRunner;
let owner: string;
const clock = manualClock();

beforeAll(async () => {
  site = await startWebServer();
  reader = createDocumentReader({ processes: 1 });
});
afterAll(async () => {
  await reader.close();
  await site.close();
});
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
  const policy = createAddressPolicy(['127.0.0.1']);
  const fetchPage = createGuardedFetch({ policy, clock, userAgent: 'Pharos/test' });
  stageWith = (env) =>
    createIngestionStage({ config: testConfig(env), db: database.db, clock, ids: randomIds, fetchPage, reader });
  stage = stageWith({});
});
afterEach(() => database.close());

async function refusal(id: string): Promise<StageError> {
  const error = await runStage(database.db, stage, id).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StageError)) throw new Error(`expected a StageError, got ${String(error)}`);
  return error;
}

const post = (content: string | Uint8Array, contentType = 'text/plain', fields = {}) =>
  insertDocument(database.db, owner, { content, contentType, ...fields });
const byUrl = (path: string, fields = {}) => insertDocument(database.db, owner, { url: `${site.url}${path}`, ...fields });

describe('ingestion stage: URLs', () => {
  it('ingestion: a URL is fetched, and its text, metadata, chunks, links and identifiers are stored', async () => {
    site.serve('/start', (response) => response.writeHead(301, { Location: '/glacier' }).end());
    site.serve('/glacier', article('glacier.html'));
    const { id } = await byUrl('/start');
    const resource = await runStage(database.db, stage, id);

    expect(resource).toMatchObject({
      title: 'Why the ice of the high valleys retreats',
      description: expect.stringContaining('How glaciers shrink'),
      authors: ['Ines Moreau'],
      publishedAt: '2026-03-14T08:00:00.000Z',
      canonicalUrl: 'https://notes.example/glaciers/retreat',
      language: 'en',
      contentType: 'text/html',
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      doi: null,
    });
    expect(resource.summary).toContain('glacier');
    expect(resource.keywords).toContain('ice');
    expect(resource.text).not.toMatch(/Subscribe|Cookie settings/);
    const chunks = await listChunks(database.db, id);
    expect(chunks.map(({ headingPath }) => headingPath.at(-1))).toEqual([
      'Why the ice of the high valleys retreats',
      'The balance of a glacier',
      'What the rivers lose',
    ]);
    for (const chunk of chunks) expect(resource.text?.slice(chunk.charStart, chunk.charEnd)).toBe(chunk.text);
    expect(chunks[1]?.context).toBe('Why the ice of the high valleys retreats > The balance of a glacier');
    expect(await listIdentifiers(database.db, id)).toEqual([
      `url:${site.url}/glacier`,
      `url:${site.url}/start`,
      'url:https://notes.example/glaciers/retreat',
    ]);
    const links = await listLinks(database.db, id);
    expect(links.map(({ targetKey }) => targetKey).sort()).toEqual([
      'doi:10.5194/tc-15-1234-2021',
      'url:https://notes.example/snow/albedo',
    ]);
    expect(links.find(({ anchor }) => anchor === 'note on snow and albedo')?.context).toMatch(
      /See also the note on snow and albedo and/,
    );
    expect(await findSource(database.db, id)).toMatchObject({
      fetchedUrl: `${site.url}/glacier`,
      contentType: 'text/html; charset=utf-8',
    });
  });

  it('ingestion: a URL with the content of another resource is refused with that resource’s id, whichever is older', async () => {
    site.serve('/one', `<p>${LONG.repeat(3)}`);
    site.serve('/two', `<p>${LONG.repeat(3)}`);
    const older = await byUrl('/one');
    const newer = await byUrl('/two', { createdAt: older.createdAt + 1 });
    await runStage(database.db, stage, newer.id);
    const error = await refusal(older.id);
    expect(error).toMatchObject({ failure: 'permanent', message: `This document is already in your library as ${newer.id}` });
    expect((await reread(database.db, older.id)).text).toBeNull();
  });

  it('ingestion: the same content in another owner’s library does not refuse a URL', async () => {
    site.serve('/shared', `<p>${LONG.repeat(3)}`);
    const otherOwner = await insertUser(database.db);
    const theirs = await insertDocument(database.db, otherOwner, { url: `${site.url}/shared` });
    await runStage(database.db, stage, theirs.id);
    const mine = await byUrl('/shared');
    expect((await runStage(database.db, stage, mine.id)).wordCount).toBe(30);
  });

  it('ingestion: a second run of a URL replaces its text, chunks and links', async () => {
    site.serve('/changing', `<h1>Old</h1><p>${LONG.repeat(100)} <a href="https://a.example/">link</a>`);
    const { id } = await byUrl('/changing');
    await runStage(database.db, stage, id);
    expect((await listChunks(database.db, id)).length).toBeGreaterThan(3);
    site.serve('/changing', `<h1>New</h1><p>${LONG.repeat(4)}`);
    const resource = await runStage(database.db, stage, id);
    expect(resource).toMatchObject({ title: 'New', wordCount: 41 });
    expect(await listChunks(database.db, id)).toHaveLength(1);
    expect(await listLinks(database.db, id)).toEqual([]);
  });

  it('ingestion: a URL whose bytes do not fit into the owner’s quota fails for good and stores nothing; a smaller version fits', async () => {
    const limited = stageWith({ QUOTA_FREE_BYTES: '1000' });
    await post('x'.repeat(400));
    site.serve('/page', `<p>${LONG.repeat(10)}`);
    const { id } = await byUrl('/page');
    stage = limited;
    expect(await refusal(id)).toMatchObject({
      failure: 'permanent',
      message: expect.stringMatching(/^Your quota is 1000 bytes, of which 600 are left, and this needs 6\d\d;/),
    });
    expect(await findSource(database.db, id)).toBeUndefined();
    site.serve('/page', `<p>${LONG.repeat(8)}`);
    expect((await runStage(database.db, limited, id)).bytes).toBe(8 * LONG.length + 3);
    // Fetched again, it counts instead of its earlier version.
    site.serve('/page', `<p>${LONG.repeat(9)}`);
    expect((await runStage(database.db, limited, id)).bytes).toBe(9 * LONG.length + 3);
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/', /is not public/],
    ['http://127.0.0.2/', /is not public/],
    ['ftp://example.org/file', /Only http/],
  ])('ingestion: %s is refused', async (url, message) => {
    const { id } = await insertDocument(database.db, owner, { url });
    expect(await refusal(id)).toMatchObject({ failure: 'permanent', message: expect.stringMatching(message) });
  });

  it('ingestion: an image is refused with what can be done', async () => {
    site.serve('/photo', (response) =>
      response.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\r', 'latin1')),
    );
    expect(await refusal((await byUrl('/photo')).id)).toMatchObject({
      failure: 'permanent',
      message: expect.stringMatching(/a PNG image.*OCR/),
    });
  });
});

describe('ingestion stage: uploaded content', () => {
  it('ingestion: chunks of Markdown keep their heading path', async () => {
    const { id } = await post(article('sourdough.md'), 'text/markdown');
    const resource = await runStage(database.db, stage, id);
    expect(resource.contentType).toBe('text/markdown');
    expect((await listChunks(database.db, id)).some(({ headingPath }) => headingPath.length > 1)).toBe(true);
  });

  it('ingestion: chunks are measured with the title that was edited by hand', async () => {
    const title = 'The title that its owner prefers '.repeat(7).trim();
    const body = `# Found title\n\n${LONG.repeat(100)}`;
    const { id } = await post(body, 'text/markdown', { title, edited: ['title'] });
    await runStage(database.db, stage, id);
    const chunks = await listChunks(database.db, id);
    expect(chunks[0]?.context).toBe(`${title} > Found title`);
    for (const chunk of chunks) expect(measure(embeddedText(chunk))).toBeLessThanOrEqual(240);
    const [first] = chunks;
    expect(measure(embeddedText({ context: '', text: first?.text ?? '' }))).toBeGreaterThan(170);
  });

  it('ingestion: fields that were edited by hand are kept', async () => {
    const { id } = await post(`# Found title\n\n${LONG.repeat(3)}`, 'text/markdown', { title: 'Mine', edited: ['title'] });
    const resource = await runStage(database.db, stage, id);
    expect(resource.title).toBe('Mine');
    expect((await listChunks(database.db, id))[0]?.context).toBe('Mine > Found title');
    await updateResource(database.db, { id, ownerId: owner }, { description: 'by hand', edited: ['title', 'description'] });
    expect((await runStage(database.db, stage, id)).description).toBe('by hand');
  });

  it.each([
    ['no content', '', /is empty/],
    ['white space', ' \n\t ', /holds no text/],
    ['only markup', '<html><script>var x = 1;</script></html>', /holds no text/],
    ['random bytes', Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256), /neither text/],
    ['an archive declared as text', `PK\x03\x04${LONG.repeat(5)}`, /ZIP archive/],
  ])('ingestion: an upload of %s is refused with the reason', async (_what, content, message) => {
    const { id } = await post(content, typeof content === 'string' && content.startsWith('<') ? 'text/html' : 'text/plain');
    expect(await refusal(id)).toMatchObject({ failure: 'permanent', message: expect.stringMatching(message) });
  });

  it('ingestion: NUL bytes are removed from the text', async () => {
    const { id } = await post(`Light\0house keepers. ${LONG.repeat(100)}\0`);
    const resource = await runStage(database.db, stage, id);
    expect(resource.text).toMatch(/^Lighthouse keepers/);
    expect(resource.text).not.toContain('\0');
  });

  it('ingestion: Latin-1 text is decoded by its declared charset or by a guess', async () => {
    const words = 'Größe, Straße und Käse: die Prüfung der Übertragung gelingt auch hier ohne Fehler. ';
    const { id } = await post(Buffer.from(words.repeat(3), 'latin1'), 'text/plain; charset=iso-8859-1');
    expect((await runStage(database.db, stage, id)).text).toContain('Größe, Straße');
    const guessed = await post(Buffer.from(words.repeat(4), 'latin1'));
    const resource = await runStage(database.db, stage, guessed.id);
    expect(resource.text).toContain('Prüfung der Übertragung');
    expect(resource.language).toBe('de');
  });

  it('ingestion: nothing is written when the commit is rolled back', async () => {
    const { id } = await post(LONG.repeat(3));
    const { write } = await beginStage(database.db, stage, id);
    await expect(
      database.db.transaction(async (tx) => {
        await write?.(tx);
        throw new Error('the lease was lost');
      }),
    ).rejects.toThrow('the lease was lost');
    expect((await reread(database.db, id)).text).toBeNull();
    expect(await listChunks(database.db, id)).toEqual([]);
  });
});
