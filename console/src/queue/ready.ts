/** What a document is, once it has been read: its type, language and length. */
import type { Resource } from '../../../clients/typescript/src/index.ts';
import { client } from '../api/client.ts';
import { add as texts } from '../texts/add.ts';
import { languageName, typeName } from '../texts/names.ts';
import { changeEntry, findEntry } from './entries.ts';

export async function describeReady(key: string, id: string): Promise<void> {
  try {
    const resource = await client.get('/resources/{id}', { params: { path: { id } } });
    // A row keeps the name under which it was sent.
    const title = findEntry(key)?.source ? {} : { title: nameOf(resource) };
    changeEntry(key, { ...title, language: resource.language, facts: factsOf(resource) });
  } catch {
    // The row keeps the name of the file: the document is ready all the same.
  }
}

/** As its sender knows it while it is in work: the file, the address, else the title. */
export const nameOf = ({ filename, title, url }: Resource): string => filename ?? url ?? title ?? texts.untitled;

export const factsOf = ({ content_type, language, word_count }: Resource): string[] =>
  [
    typeName(content_type?.split(';', 1)[0]),
    language === undefined ? undefined : languageName(language),
    word_count === undefined ? undefined : texts.words(word_count),
  ].filter((fact) => fact !== undefined);
