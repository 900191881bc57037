/** The language of a document: that of its prose, or what it declares where its prose does not say otherwise. */
import { type DetectedLanguage, type LanguageDetector, loadLanguageDetector } from '../analysis/text/language.ts';
import { areNear } from '../analysis/text/near-languages.ts';
import type { Paragraph, ParsedDocument } from './document.ts';

/** Prose of so many characters is enough; lists and headings are looked at where there is less. */
const ENOUGH = 4_000;
const LITTLE = 200;
/** A document often declares the language of its template. So sure an answer on so many letters is believed instead. */
const SURE: Pick<DetectedLanguage, 'confidence' | 'letters'> = { confidence: 0.8, letters: 150 };

let detector: Promise<LanguageDetector> | undefined;

/** ISO 639-1 code, or ISO 639-3 for a language without one; null where it is unknown. The first call loads the model. */
export async function documentLanguage({ sections, metadata }: ParsedDocument): Promise<string | null> {
  const detected = await detectIn(sections);
  const declared = metadata.language;
  if (declared === null || detected === null) return declared ?? detected?.code ?? null;
  const isSure = detected.confidence >= SURE.confidence && detected.letters >= SURE.letters;
  return isSure && !areNear(detected.code, declared) ? detected.code : declared;
}

/** On sentences without code, tables, quoted messages, addresses and markup. */
async function detectIn(sections: ParsedDocument['sections']): Promise<DetectedLanguage | null> {
  detector ??= loadLanguageDetector();
  const { detect } = await detector;
  const paragraphs = sections.flatMap((section) => section.paragraphs);
  const prose = collect(paragraphs.filter(({ kind }) => kind === undefined || kind === 'prose'));
  if (prose.length >= LITTLE) return detect(prose);
  const headings = sections.flatMap(({ heading }) => heading ?? []);
  const rest = collect([...headings, ...paragraphs.filter(({ kind }) => kind === 'list')]);
  // Lists and headings may be names of no language, as those of an interface are.
  return (await detect(`${prose}\n${rest}`)) ?? detect(prose);
}

function collect(paragraphs: readonly Paragraph[]): string {
  let prose = '';
  for (const { text } of paragraphs) {
    if (prose.length >= ENOUGH) break;
    prose += `${withoutForeign(text.slice(0, ENOUGH))}\n`;
  }
  return prose;
}

/** Drops what may be in no language or another: quoted lines, code within a sentence, and words that are addresses or tags. */
function withoutForeign(markdown: string): string {
  const lines = markdown.split('\n').filter((line) => !line.trimStart().startsWith('>'));
  const spans = lines.join('\n').split('`');
  // Each mark that opens code needs one that ends it.
  const text = spans.length % 2 === 1 ? spans.filter((_, i) => i % 2 === 0).join(' ') : spans.join(' ');
  return text
    .split(/\s+/)
    .filter((word) => !ADDRESS.test(word) && !word.includes('@') && !word.startsWith('<'))
    .join(' ');
}

const ADDRESS = /^[(<[]?(?:https?:|www\.)/i;
