/** Finds the names of a page's authors in its markup. */
import { trimEndOf } from '../../../src/kernel/core/trim.ts';
import { singleLine } from './normalise.ts';

const MAX_AUTHORS = 50;
const MAX_NAME_CHARACTERS = 100;
const MAX_NAME_WORDS = 8;

/** The most telling first. */
const BYLINES = [
  '[itemprop~="author"] [itemprop~="name"]',
  'a[rel~="author"]',
  '[itemprop~="author"]',
  '[class~="p-author"]',
  '[class~="byline"] a[href*="author" i], [class~="byline"] a[href*="people" i]',
  '[class~="author-name"], [class~="author__name"], [class~="byline-name"], [class~="byline__name"]',
  '[class~="author"] [class~="fn"], [class~="author"] a, [class~="vcard"] [class~="fn"]',
  '[class~="byline"], [class~="author"], [class~="entry-author"], [class~="post-author"]',
];

/** Words before a name. */
const BY =
  /^(?:(?:written|posted|published|reviewed|words|text|story|post author|view all posts|see all posts|zeige alle beiträge|alle beiträge|ver todas las entradas|voir tous les articles)\s+)?(?:by|von|par|por|di|da|door|af|av|de|autor(?:in|e|es)?|auteur|author|text|texte|texto)\s*[:：]?\s+/i;
/** A time, a date, an address or what pages write beside a name. */
const NO_NAME =
  /\d{4}|\d:\d\d|\d{1,2}[./]\d{1,2}|https?:|www\.|[|@<>{}]|\b(?:read more|follow|published|updated|minutes?|share|comments?|about)\b/i;

/**
 * `declared` are the lists of names in metadata, the most reliable first. `sites` are names of the site, which many pages give
 * for an author's.
 */
export function findAuthors(declared: readonly (readonly string[])[], sites: readonly string[], document: Document): string[] {
  const isSite = (name: string) => sites.some((site) => letters(site) === letters(name));
  const clean = (names: readonly string[]) =>
    [...new Set(names.flatMap(split).map(cleanName))].filter((name) => isName(name) && !isSite(name));
  for (const source of declared) {
    const names = clean(source);
    if (names.length > 0) return names.slice(0, MAX_AUTHORS);
  }
  for (const selector of BYLINES) {
    const elements = [...document.querySelectorAll(selector)].slice(0, MAX_AUTHORS);
    const names = clean(
      elements.filter((element) => !isElsewhere(element)).map((element) => singleLine(element.textContent) ?? ''),
    );
    if (names.length > 0) return names.slice(0, 10);
  }
  return [];
}

const letters = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** `A; B` and `Ann Lee and Bo Day` are two names; a comma may stand within one, and `and` in that of an institution. */
function split(names: string): string[] {
  return names.split(';').flatMap((part) => {
    const pair = part.split(/ (?:and|und|et|y|&) /);
    return pair.every((name) => /^\p{Lu}\S* \p{Lu}/u.test(name.trim().replace(BY, ''))) ? pair : [part];
  });
}

const cleanName = (name: string) =>
  trimEndOf(
    name
      .trim()
      .replace(BY, '')
      .replace(/^[\s,.:–—-]+/, ''),
    ' ,:→–—-',
  );

function isName(name: string): boolean {
  if (name.length < 2 || name.length > MAX_NAME_CHARACTERS || NO_NAME.test(name)) return false;
  return name.split(/\s+/).length <= MAX_NAME_WORDS && /\p{L}/u.test(name);
}

/** Comments and lists of other articles have authors of their own. */
function isElsewhere(element: Element): boolean {
  for (let node: Element | null = element; node; node = node.parentElement) {
    const name = node.localName;
    if (name === 'aside' || name === 'footer' || name === 'nav') return true;
    if (
      /comment|related|sidebar|recommend|widget|popular/i.test(
        `${node.getAttribute('class') ?? ''} ${node.getAttribute('id') ?? ''}`,
      )
    )
      return name !== 'body' && name !== 'html';
  }
  return false;
}
