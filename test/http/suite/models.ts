import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { library } from './library.ts';
import { ADMIN, anonymous } from './people.ts';

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly dimensions?: number;
  readonly activated_at?: string;
  readonly documents: { readonly total: number; readonly embedded: number; readonly failed: number; readonly percent: number };
}

export function models(deployment: () => Deployment): void {
  test('GET /admin/models: an admin sees the active model and its coverage, others may not ask', async () => {
    const { owner, ids } = await library(deployment());
    const list = (headers: Record<string, string>) =>
      anonymous(deployment()).call<{ models: Listed[] }>('GET', '/admin/models', undefined, headers);
    const { status, body } = await list(ADMIN);
    expect(status).toBe(200);
    const active = body.models.filter(({ state }) => state === 'active');
    expect(active).toHaveLength(1);
    expect(active[0]).toMatchObject({ id: expect.stringMatching(/@[\da-f]{12}$/), activated_at: expect.any(String) });
    const { total, embedded, percent } = active[0]?.documents ?? { total: 0, embedded: 0, percent: 0 };
    expect(embedded).toBeGreaterThanOrEqual(Object.keys(ids).length);
    expect(total).toBeGreaterThanOrEqual(embedded);
    expect(percent).toBeGreaterThan(0);
    expect((await owner.call('GET', '/admin/models')).status).toBe(403);
    expect((await list({})).status).toBe(401);
  });
}
