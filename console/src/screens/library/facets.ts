/** How many documents each value of a filter would leave. Counted after the rows: nothing waits for it. */
import { computed, signal } from '@preact/signals';
import type { components } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { filterOf, type View } from './view.ts';

export type Facets = components['schemas']['ResourceFacets'];

export const facets = signal<Facets | undefined>(undefined);

export const knownTags = computed(() => facets.value?.tag.map(({ value }) => value) ?? []);

let stop = new AbortController();

/** A failure leaves the last counts: the rows say that the server is away. */
export async function countFacets(view: View): Promise<void> {
  stop.abort();
  stop = new AbortController();
  const { signal: aborted } = stop;
  try {
    const query = { ...filterOf(view), limit: 1, facets: 'true' as const };
    const page = await client.get('/resources', { params: { query }, signal: aborted });
    if (!aborted.aborted) facets.value = page.facets;
  } catch {
    // Counted again with the next view.
  }
}
