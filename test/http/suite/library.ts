/** Documents that tests only read: ingested once for each deployment, for a user of their own. */
import type { Deployment } from '../../support/kits/deployment.ts';
import { type Person, person } from './people.ts';
import { eventsIn } from './watch.ts';

export interface Library {
  readonly owner: Person;
  /** Ids of resources by name: four articles, and `notes`, which link to the article about glaciers. */
  readonly ids: Readonly<Record<'account' | 'glacier' | 'sourdough' | 'loop' | 'notes', string>>;
}

const libraries = new WeakMap<Deployment, Promise<Library>>();

export function library(deployment: Deployment): Promise<Library> {
  const known = libraries.get(deployment) ?? fill(deployment);
  libraries.set(deployment, known);
  return known;
}

async function fill(deployment: Deployment): Promise<Library> {
  const owner = await person(deployment);
  const at = (file: string) => owner.post({ url: `${deployment.site.url}/${file}`, tags: [file.replace(/\..*/, '')] });
  const [account, glacier, sourdough, loop] = await Promise.all(
    ['account-access.html', 'glacier.html', 'sourdough.md', 'event-loop.txt'].map(at),
  );
  const notes = await owner.post({
    title: 'Reading notes',
    content: `# Reading notes\n\nThe best account of moving ice that I know is [an essay on glaciers](${deployment.site.url}/glacier.html).\n`,
    content_type: 'text/markdown',
    tags: ['notes', 'own'],
  });
  const ids = { account, glacier, sourdough, loop, notes } as Library['ids'];
  const { status, body } = await owner.call<string>('GET', `/progress/events?ids=${Object.values(ids).join(',')}`);
  const last = new Map(eventsIn(body).map(({ data }) => [data.resource_id, data]));
  const left = Object.entries(ids).filter(([, id]) => last.get(id)?.overall_status !== 'completed');
  if (left.length > 0)
    throw new Error(`not ingested (${status}): ${left.map(([name, id]) => `${name}: ${last.get(id)?.error_message}`)}`);
  return { owner, ids };
}
