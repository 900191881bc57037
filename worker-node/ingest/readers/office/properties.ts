/** What office programs write into a document's properties, without what they write by themselves. */
import { normaliseDate } from '../dates.ts';
import { singleLine } from '../normalise.ts';

/** Titles that programs give: of a template, of a file, or none. */
const GENERATED_TITLES = [
  /^(?:untitled|unbenannt|sans titre|sin título|document|dokument|presentation|präsentation|title|slide|book|workbook|sheet)[ _-]?\d{0,4}$/i,
  /^Microsoft (?:Word|PowerPoint|Excel) - /i,
  // "PowerPoint Presentation" and "Présentation PowerPoint" in any language.
  /^(?:PowerPoint[- ]\S{1,20}|\S{1,20}(?: \S{1,10}){0,2} PowerPoint)$/i,
  /^.+\.(?:docx?|docm|dotx?|rtf|odt|ott|pptx?|pptm|potx?|ppsx?|odp|xlsx?|xlsm|ods|csv)$/i,
];
/** Names of programs and of accounts, and words in place of a name. */
const NOT_A_PERSON =
  /^(?:python-docx|python-pptx|openpyxl|xlsxwriter|docx4j|apache poi|docx|pandoc|libreoffice|openoffice(?:\.org)?|microsoft(?: office)?(?: user)?|office user|windows(?: user|-benutzer)?|utilisateur windows|user|users|admin|administrator|root|author|unknown|unbekannt|owner|me|test|\?+|-+)$/i;
const GENERATED_DESCRIPTION = /^generated (?:by|with|using) /i;
/** Documents of these formats are not older; earlier dates are zeros of some clock. */
const EARLIEST = '1985';

/** Null for a title that a program gave. */
export function declaredTitle(title: string | undefined): string | null {
  const line = singleLine(title);
  return line === null || GENERATED_TITLES.some((generated) => generated.test(line)) ? null : line;
}

export function declaredDescription(description: string | undefined): string | null {
  const line = singleLine(description);
  return line === null || GENERATED_DESCRIPTION.test(line) ? null : line;
}

const MAX_AUTHORS = 50;

/** The people that creators name; one field may hold several, with `;` between them. */
export function authorsOf(creators: readonly (string | undefined)[]): string[] {
  const names = creators.flatMap((creator) => (creator ?? '').split(';')).map((name) => singleLine(name));
  const people = names.filter((name) => name !== null && !NOT_A_PERSON.test(name));
  return [...new Set(people)].slice(0, MAX_AUTHORS) as string[];
}

export function createdOn(date: string | undefined): string | null {
  const created = normaliseDate(date ?? '');
  return created !== null && created >= EARLIEST ? created : null;
}

/** What a person wrote about a picture; empty for the name of its file, and without what Word adds to its own guesses. */
export function ownDescription(description: string | undefined): string {
  const own = (description ?? '').replace(/Description automatically generated.*$/s, '').trim();
  return /^\S+\.[a-z]{3,4}$/i.test(own) ? '' : own;
}
