import { expect, test, vi } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { library } from './library.ts';
import { ADMIN, anonymous } from './people.ts';

interface Node {
  readonly id: string;
  readonly label: string;
  readonly keywords: readonly string[];
  readonly children: readonly Node[];
}
interface Tree {
  readonly version: number;
  readonly categories: readonly Node[];
}

const PERCHED = 'science.perched';

export function taxonomy(deployment: () => Deployment): void {
  const call = <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    anonymous(deployment()).call<T>(method, path, body, { ...ADMIN, ...headers });

  /** Replaces the tree and waits until every document is categorised by it. */
  async function replace(categories: readonly Node[], version: number): Promise<void> {
    const { status } = await call('PUT', '/taxonomy', { categories }, { 'If-Match': `"${version}"` });
    expect(status).toBe(200);
    await vi.waitFor(async () => expect((await call<object>('GET', '/admin/taxonomy')).body).not.toHaveProperty('categorising'), {
      timeout: 60_000,
      interval: 200,
    });
  }

  test('PUT /taxonomy: documents are found by a new category, and by the one before once that is gone; the former version is 412', async () => {
    const { owner, ids } = await library(deployment());
    const { body: first } = await call<Tree>('GET', '/taxonomy');
    expect(first.version).toBeGreaterThan(0);
    const inCategory = async () => {
      const { body } = await owner.call<{ resources: { id: string }[] }>('GET', `/resources?category=${PERCHED}`);
      return body.resources.map(({ id }) => id);
    };
    const categoryOf = async () => (await owner.call<{ category: string }>('GET', `/resources/${ids.glacier}`)).body.category;
    const before = await categoryOf();
    const added = {
      ...{ id: PERCHED, label: 'Glaciers and moving ice', description: 'Glaciers, how ice flows, calving and moraines' },
      keywords: ['glacier', 'ice', 'moraine', 'calving', 'ice sheet'],
      examples: ['How glaciers move', 'Ice that flows', 'Why a glacier calves', 'Reading a glacier', 'Moving ice'],
      children: [],
    };
    const changed = first.categories.map((root) =>
      root.id === 'science' ? { ...root, children: [...root.children, added] } : root,
    );
    await replace(changed, first.version);
    expect(await inCategory()).toContain(ids.glacier);
    expect((await call('PUT', '/taxonomy', { categories: [] }, { 'If-Match': `"${first.version}"` })).status).toBe(412);

    await replace(first.categories, first.version + 1);
    expect(await inCategory()).toEqual([]);
    expect(await categoryOf()).toBe(before);
  }, 180_000);
}
