import { describe, expect, it } from 'vitest';
import type { Paragraph } from '../../../worker-node/ingest/document.ts';
import { createSectionBuilder, EMPTY_METADATA } from '../../../worker-node/ingest/document.ts';
import { documentLanguage } from '../../../worker-node/ingest/document-language.ts';

const GERMAN =
  'Die Brücke über den Fluss wurde im vergangenen Jahr gesperrt, weil ihre Pfeiler beschädigt waren. Der Stadtrat beschloss im Herbst, sie bis zum nächsten Sommer zu erneuern, und bat die Anwohner um Geduld.';
const ENGLISH =
  'The bridge over the river was closed last year because its piers were damaged. In autumn the city council decided to renew it by next summer and asked the neighbours to be patient until the work is done.';

function documentOf(paragraphs: readonly Partial<Paragraph>[], language: string | null = null, heading = '') {
  const builder = createSectionBuilder();
  builder.heading(1, { text: heading, links: [] });
  for (const paragraph of paragraphs) builder.paragraph({ text: '', links: [], ...paragraph });
  return { sections: builder.finish(), metadata: { ...EMPTY_METADATA, language } };
}

describe('language of a document', () => {
  it('is that of its prose, whatever its code, tables and quotes are in', async () => {
    const code = { text: `\`\`\`\n${ENGLISH.repeat(5)}\n\`\`\``, kind: 'code' } as const;
    const table = { text: `| ${ENGLISH} |\n| --- |`, kind: 'table' } as const;
    const quote = { text: `> ${ENGLISH.repeat(5)}`, kind: 'quote' } as const;
    expect(await documentLanguage(documentOf([code, table, quote, { text: GERMAN }]))).toBe('de');
  });

  it('does not depend on addresses and code within a sentence', async () => {
    const noise = '`function get_user_by_id(connection, user)` <https://example.org/the/quick/brown/fox> mail@example.org ';
    expect(await documentLanguage(documentOf([{ text: noise.repeat(20) + GERMAN }]))).toBe('de');
  });

  it('is that of lists and headings where there is little prose', async () => {
    const list = {
      text: GERMAN.split('. ')
        .map((item) => `- ${item}`)
        .join('\n'),
      kind: 'list',
    } as const;
    expect(await documentLanguage(documentOf([list]))).toBe('de');
    expect(await documentLanguage(documentOf([], null, GERMAN))).toBe('de');
  });

  it('is that of little prose where headings and lists are names of no language', async () => {
    const encode = ['encode(buffer: Uint8Array): string', 'decode(string: string, buffer: Uint8Array): number'];
    const calls = [...encode, 'length(string: string): number', 'test(string: string): boolean'];
    const list = { text: calls.map((call) => `- base64.${call}`).join('\n'), kind: 'list' } as const;
    const prose = { text: 'Fetches the contents of a file across node and browsers. License: MIT' };
    expect(await documentLanguage(documentOf([list], null, '@protobufjs/base64'))).toBeNull();
    expect(await documentLanguage(documentOf([prose, list], null, '@protobufjs/base64'))).toBe('en');
  });

  it('is the declared one where the prose says too little to contradict it', async () => {
    expect(await documentLanguage(documentOf([{ text: 'OK' }], 'fr'))).toBe('fr');
    expect(await documentLanguage(documentOf([{ text: 'The bridge is closed.' }], 'fr'))).toBe('fr');
  });

  it('is that of the prose where the prose contradicts what a template declares', async () => {
    expect(await documentLanguage(documentOf([{ text: GERMAN }], 'en'))).toBe('de');
  });

  it('is the declared one of near languages', async () => {
    const norwegian = 'Enhver har rett til menings- og ytringsfrihet og til å søke opplysninger av ethvert slag. '.repeat(4);
    expect(await documentLanguage(documentOf([{ text: norwegian }], 'nb'))).toBe('nb');
    expect(await documentLanguage(documentOf([{ text: norwegian }], 'en'))).toBe('no');
  });

  it('is unknown without words', async () => {
    expect(await documentLanguage(documentOf([{ text: '1234 5678' }]))).toBeNull();
  });
});
