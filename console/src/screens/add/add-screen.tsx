/** Adds documents, and shows how far each of them is. */

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../../api/client.ts';
import { announcement, counts } from '../../queue/entries.ts';
import { add as texts } from '../../texts.ts';
import { DropZone } from './drop-zone.tsx';
import { PasteForm } from './paste-form.tsx';
import { Queue } from './queue.tsx';

/** How many documents there are, and how many there may be. */
const usage = signal<string | undefined>(undefined);

export default function AddScreen() {
  const isIdle = counts.value.work === 0;
  useEffect(() => {
    readUsage().then(
      (text) => {
        usage.value = text;
      },
      // The line stays empty: adding does not depend on it.
      () => undefined,
    );
  }, [isIdle]);
  return (
    <section class="screen">
      <header class="head">
        <h1>{texts.title}</h1>
        <p>{texts.lead}</p>
      </header>
      <div class="intake">
        <DropZone />
        <PasteForm usage={usage.value} />
      </div>
      <p class="sr" aria-live="polite">
        {announcement.value}
      </p>
      <Queue />
    </section>
  );
}

async function readUsage(): Promise<string> {
  const { quotas } = await client.get('/auth/rate-limit');
  if (quotas?.documents) return texts.used(quotas.documents.used, quotas.documents.limit);
  const { total = 0 } = await client.get('/resources', { params: { query: { limit: 1, total: 'true' } } });
  return texts.inLibrary(total);
}
