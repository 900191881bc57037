import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLibraryChanges, readLibraryVersion } from '../../src/kernel/db/library-changes.ts';
import { jobs } from '../../src/kernel/db/schema.sqlite.ts';
import { readTaxonomyState } from '../../src/kernel/db/settings.ts';
import { type Actor, SCOPES } from '../../src/kernel/model/actor.ts';
import { CATEGORISE, INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { TAXONOMY_BOUNDS, type TaxonomyNode } from '../../src/kernel/model/taxonomy.ts';
import { getResource } from '../../src/services/resources/get-resource.ts';
import { listResources } from '../../src/services/resources/list-resources.ts';
import { updateResource } from '../../src/services/resources/update-resource.ts';
import { getTaxonomy } from '../../src/services/taxonomy/get-taxonomy.ts';
import { replaceTaxonomy } from '../../src/services/taxonomy/replace-taxonomy.ts';
import { taxonomyUse } from '../../src/services/taxonomy/taxonomy-use.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let admin: Actor;
let ada: Actor;
let bob: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  admin = await library.person('root', SCOPES);
  ada = await library.person('ada');
  bob = await library.person('bob');
});
afterEach(() => library.close());

interface Given {
  readonly id: string;
  readonly label: string;
  readonly children?: readonly Given[];
}
const leaf = (id: string, ...children: Given[]): Given => ({ id, label: id.toUpperCase(), children });
const replace = (categories: unknown, version?: number, by = admin) =>
  replaceTaxonomy(library.services, by, { categories, ...(version === undefined ? {} : { version }) } as never);
const add = (category: string, fields: object = {}, owner = ada) =>
  library.addDocument(owner, { passages: [`${category} ice`], fields: { category, ...fields } });
const categoryOf = async (id: string, owner = ada) => {
  const { category, edited } = await getResource(library.services, owner, { id });
  return { category, edited };
};

const word = fc.string({ unit: fc.constantFrom(...'abcäß9 ,"\\'), minLength: 1, maxLength: 12 }).map((text) => `x${text.trim()}`);
const field = {
  label: word,
  description: word,
  keywords: fc.array(word, { maxLength: 3 }),
  examples: fc.array(word, { maxLength: 3 }),
};
type Shape = Omit<TaxonomyNode, 'id' | 'children'> & { readonly children: readonly Shape[] };
const shapes = (levels: number): fc.Arbitrary<Shape[]> =>
  fc.array(fc.record({ ...field, children: levels > 1 ? shapes(levels - 1) : fc.constant([]) }), {
    maxLength: levels > 4 ? 3 : 2,
  });
/** Trees whose ids are numbered in their order, so that they are unique. */
const trees = shapes(TAXONOMY_BOUNDS.depth).map((roots) => {
  let count = 0;
  const numbered = (nodes: readonly Shape[]): TaxonomyNode[] =>
    nodes.map(({ children, ...node }) => ({ id: `c-${++count}`, ...node, children: numbered(children) }));
  return numbered(roots);
});

test('replaceTaxonomy: any tree is read back as it was sent, and sent again as it was read it changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (categories) => {
      await replace(categories);
      const read = await getTaxonomy(library.services, ada, {});
      expect(read.categories).toEqual(categories);
      expect(await replace(read.categories, read.version)).toMatchObject({ version: read.version, documents: 0 });
    }),
    { numRuns: 25 },
  );
});

test('replaceTaxonomy: of two admins who began with the same version the second is refused, and nothing is lost', async () => {
  const { version } = await replace([leaf('a')]);
  await replace([leaf('a'), leaf('b')], version);
  await expect(replace([leaf('a'), leaf('c')], version)).rejects.toMatchObject({
    code: 'precondition_failed',
    errors: [{ path: 'version', message: `is not ${version + 1}, the latest: the taxonomy has changed since` }],
  });
  expect((await getTaxonomy(library.services, ada, {})).categories.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('replaceTaxonomy: of requests at the same time that name one version, one is accepted', async () => {
  const { version } = await replace([leaf('a')]);
  const tries = await Promise.allSettled(['b', 'c', 'd'].map((id) => replace([leaf(id)], version)));
  expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await readTaxonomyState(library.db)).toEqual({ version: version + 1, origin: 'admin' });
});

test('replaceTaxonomy: a request that is sent again after its response was lost is answered, and does nothing twice', async () => {
  const { version } = await replace([leaf('a')]);
  const first = await replace([leaf('b')], version);
  const again = await replace([leaf('b')], version);
  expect(again).toMatchObject({ version: first.version, documents: 0 });
  expect(await library.db.select().from(jobs)).toHaveLength(2);
});

test('replaceTaxonomy: documents of all owners are categorised anew by one job of the installation, and the log says who', async () => {
  await Promise.all([add('a'), add('a', {}, bob), add('a', { status: 'pending' })]);
  const { version, documents } = await replace([leaf('a'), leaf('b')]);
  expect(documents).toBe(2);
  const [job] = await library.db.select().from(jobs);
  expect(job).toMatchObject({ kind: CATEGORISE.name, ownerId: INSTALLATION, payload: { version, done: 0, total: 2 } });
  await library.background.settled();
  expect(library.published).toEqual([expect.objectContaining({ job_id: job?.id })]);
  expect(library.log.lines.filter(({ message }) => message === 'the taxonomy was replaced')).toMatchObject([
    { level: 'info', fields: { version, categories: 2, documents: 2, by: 'root', userId: admin.userId } },
  ]);
});

test('replaceTaxonomy: a category that vanishes leaves its documents uncategorised, and the others as they are', async () => {
  await replace([leaf('a', leaf('a.one')), leaf('b')]);
  const [gone, kept, theirs] = await Promise.all([add('a.one'), add('b'), add('a.one', {}, bob)]);
  const corrected = await add('a.one', { edited: ['title', 'category'] });
  const answer = await replace([leaf('b', leaf('a'))]);
  expect(answer).toMatchObject({ documents: 4, uncategorised: 3, corrections: 1 });
  expect(await categoryOf(gone)).toEqual({ category: 'uncategorised', edited: [] });
  expect(await categoryOf(theirs, bob)).toEqual({ category: 'uncategorised', edited: [] });
  // Its title stays the person's; its category is found by its text again.
  expect(await categoryOf(corrected)).toEqual({ category: 'uncategorised', edited: ['title'] });
  expect(await categoryOf(kept)).toEqual({ category: 'b', edited: [] });
});

test('replaceTaxonomy: searches of each library learn of the documents that became uncategorised, and of no others', async () => {
  await replace([leaf('a'), leaf('b')]);
  const [gone, , theirs] = await Promise.all([add('a'), add('b'), add('a', {}, bob)]);
  const before = await Promise.all([ada, bob].map(({ userId }) => readLibraryVersion(library.db, userId)));
  await replace([leaf('b')]);
  const changes = await Promise.all(
    [ada, bob].map(({ userId }, n) => readLibraryChanges(library.db, userId, { after: before[n]?.version ?? 0, limit: 9 })),
  );
  expect(changes.map((own) => own.map(({ resourceId, kind }) => [resourceId, kind]))).toEqual([
    [[gone, 'changed']],
    [[theirs, 'changed']],
  ]);
});

test('listResources: a category finds the documents of its subtree as the latest tree has it', async () => {
  await replace([leaf('a', leaf('c')), leaf('b')]);
  const [own, moved] = await Promise.all([add('a'), add('c'), add('b')]);
  const found = async (category: string) =>
    (await listResources(library.services, ada, { category })).resources.map(({ id }) => id).toSorted();
  expect(await found('a')).toEqual([own, moved].toSorted());
  await replace([leaf('a'), leaf('b', leaf('c'))]);
  expect(await found('a')).toEqual([own]);
  expect(await found('b')).toContain(moved);
});

test('updateResource: a category that was removed is refused, and the document stays as it is', async () => {
  await replace([leaf('a'), leaf('b')]);
  const id = await add('b');
  await replace([leaf('b')]);
  await expect(updateResource(library.services, ada, { id, title: 'New', category: 'a' })).rejects.toMatchObject({
    errors: [{ path: 'category' }],
  });
  expect(await categoryOf(id)).toEqual({ category: 'b', edited: [] });
});

test('taxonomyUse: counts the documents of all owners by category, those that a person filed, and what is still to do', async () => {
  const { version } = await replace([leaf('a'), leaf('b')]);
  await Promise.all([add('a'), add('a', { edited: ['category'] }, bob), add('uncategorised')]);
  expect(await taxonomyUse(library.services, admin, {})).toEqual({
    version,
    categories: [
      { id: 'a', documents: 2, corrected: 1 },
      { id: 'uncategorised', documents: 1, corrected: 0 },
    ],
    categorising: { done: 0, total: 0 },
  });
  await library.db.update(jobs).set({ state: 'done' });
  expect(await taxonomyUse(library.services, admin, {})).not.toHaveProperty('categorising');
});

test('taxonomy: only admins may replace the tree and count its documents', async () => {
  await expect(replace([leaf('a')], undefined, ada)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(taxonomyUse(library.services, ada, {})).rejects.toMatchObject({ code: 'forbidden' });
});

describe('replaceTaxonomy: what is refused', () => {
  const deep = (levels: number): Given => leaf(`l-${levels}`, ...(levels > 1 ? [deep(levels - 1)] : []));
  const many = Array.from({ length: TAXONOMY_BOUNDS.categories }, (_, n) => leaf(`c-${n}`));
  const childrenOf = (levels: number) => Array.from({ length: levels }, () => '0.children').join('.');

  test.each<[string, unknown, string, string]>([
    [
      'an id twice, in different branches',
      [leaf('a', leaf('c')), leaf('b', leaf('c'))],
      'categories.1.children.0.id',
      'another category',
    ],
    ['a level too many', [deep(7)], `categories.${childrenOf(6)}`, 'at most 6'],
    ['a category too many', [leaf('root', ...many)], 'categories', '501 categories'],
    ['an id in capital letters', [{ ...leaf('a'), id: 'Science' }], 'categories.0.id', 'small letters'],
    ['an id that ends with a dot', [leaf('a', { ...leaf('b'), id: 'science.' })], 'categories.0.children.0.id', 'small letters'],
    ['the id of documents without a category', [{ ...leaf('a'), id: 'uncategorised' }], 'categories.0.id', 'is kept'],
    ['a category without a label', [{ id: 'a' }], 'categories.0.label', ''],
    ['a label of spaces', [{ id: 'a', label: ' ' }], 'categories.0.label', ''],
    ['a field that no category has', [{ ...leaf('a'), labels: ['A'] }], 'categories.0.labels', 'is not a field'],
    ['an empty keyword', [{ ...leaf('a'), keywords: ['ice', ''] }], 'categories.0.keywords.1', ''],
    ['51 examples', [{ ...leaf('a'), examples: Array.from({ length: 51 }, (_, n) => `${n}`) }], 'categories.0.examples', ''],
    ['no list', { a: 1 }, 'categories', ''],
  ])('replaceTaxonomy: %s is refused by its place in the tree', async (_what, categories, path, message) => {
    const before = await getTaxonomy(library.services, admin, {});
    await expect(replace(categories)).rejects.toMatchObject({
      code: 'invalid_input',
      errors: [{ path, message: expect.stringContaining(message) }],
    });
    expect(await getTaxonomy(library.services, admin, {})).toEqual(before);
  });
});
