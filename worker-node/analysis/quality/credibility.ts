import type { MeasureDimension } from './facts.ts';
import { pluralise, ramp } from './facts.ts';

/** Scores whether a reader can verify the document: its identifier, authors, date, references and transport. */
export const credibility: MeasureDimension = ({ url, doi, arxivId, authors, references, publishedAt }) => {
  const reasons: string[] = [];
  const ownHost = url === null ? null : hostOf(url);
  const scholarly = references.filter((key) => key.startsWith('doi:') || key.startsWith('arxiv:')).length;
  const hosts = new Set(references.flatMap((key) => (key.startsWith('url:') ? (hostOf(key.slice(4)) ?? []) : [])));
  hosts.delete(ownHost ?? '');
  const sources = scholarly + hosts.size;

  let points = 0;
  let possible = 6;
  if (doi || arxivId) {
    points += 2;
    reasons.push(doi ? `It is published under a DOI (${doi})` : `It is on arXiv (${arxivId})`);
  } else reasons.push('It has no DOI or arXiv id');
  points += ramp(authors.length, 0, 1);
  reasons.push(authors.length > 0 ? `It names ${pluralise(authors.length, 'author')}` : 'It names no author');
  points += 2 * ramp(sources + scholarly, 0, 6);
  reasons.push(
    sources === 0
      ? 'It refers to no other source'
      : `It refers to ${pluralise(sources, 'other source')}${scholarly > 0 ? `, ${scholarly} of them scholarly` : ''}`,
  );
  points += publishedAt ? 1 : 0;
  if (!publishedAt) reasons.push('It does not say when it was published');
  // Uploaded content has no connection to judge.
  if (url !== null) {
    possible += 1;
    const secure = url.startsWith('https:');
    points += secure ? 1 : 0;
    reasons.push(secure ? 'It came over a secure connection' : 'It came over a connection that is not secure');
  }
  return { score: points / possible, reasons };
};

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : null;
}
