/** What the search screen shows before a question: examples that find something in this library, and what it holds. */
import { computed, effect, signal } from '@preact/signals';
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { client } from '../../api/client.ts';
import { sessionEnded } from '../../api/session-ended.ts';
import { categories, taxonomyInTime } from '../../api/taxonomy.ts';
import { search as texts } from '../../texts/search.ts';
import { rootOf } from './category-tree.ts';

interface Library {
  readonly total: number;
  readonly languages: number;
  /** Those that are ready, the newest first. */
  readonly recent: readonly Resource[];
}

/** Undefined until it is known, null where it could not be read. */
export const library = signal<Library | null | undefined>(undefined);

effect(() => {
  if (sessionEnded.value > 0) library.value = undefined;
});

const READ = 20;

/** A failure leaves what was known: the banner says that the server is away. */
export async function loadHome(): Promise<void> {
  const query = { limit: READ, total: 'true', facets: 'true' } as const;
  const reading = client.get('/resources', { params: { query } }).catch(() => undefined);
  // The examples name categories: they are shown once, as they stay.
  const [page] = await Promise.all([reading, taxonomyInTime()]);
  if (!page) {
    library.value ??= null;
    return;
  }
  library.value = {
    total: page.total ?? page.resources.length,
    languages: page.facets?.language.length ?? 0,
    recent: page.resources.filter(({ status }) => status === 'completed'),
  };
}

export interface Example {
  readonly q: string;
  readonly text: string;
}

/** A question, a phrase and a filter, of keywords and categories that the newest documents have. */
export const examples = computed<readonly Example[]>(() => {
  const { home } = texts;
  const recent = library.value?.recent ?? [];
  const keywords = [...new Set(recent.flatMap((resource) => resource.keywords.slice(0, 2)))].filter(isPlain);
  const subject = keywords.find((word) => word.includes(' ')) ?? keywords[0];
  const phrase = keywords.find((word) => word !== subject) ?? subject;
  const filed = recent.find(({ category, keywords: [word] }) => category !== undefined && word !== undefined && isPlain(word));
  const root = rootOf(filed?.category ?? '', categories.value);
  return [
    { q: subject === undefined ? home.samples.question : home.questionAbout(subject), text: home.question },
    { q: `"${phrase ?? home.samples.phrase}"`, text: home.phrase },
    filed && root
      ? { q: `category:${root.id} ${filed.keywords[0]}`, text: home.filter(root.label) }
      : { q: `tag:${home.samples.tag} ${home.samples.word}`, text: home.filter(home.samples.tag) },
  ];
});

const LONGEST_KEYWORD = 40;
const isPlain = (word: string) => word.length <= LONGEST_KEYWORD && !/[":]/.test(word);
