/** What cells say in words. */
import type { Resource } from '../../../../clients/typescript/src/index.ts';
import { library as texts } from '../../texts/library.ts';
import { QUALITIES } from './view.ts';

/** `score` from 0 to 1. */
export function qualityWord(score: number): string {
  const step = QUALITIES.findIndex((least) => Math.round(score * 100) >= least);
  return texts.quality[step < 0 ? QUALITIES.length : step] ?? '';
}

/** What the title's filter looks at. */
export const titleOf = ({ title, filename, url }: Pick<Resource, 'title' | 'filename' | 'url'>): string =>
  title ?? filename ?? url ?? texts.untitled;

const thisYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const otherYear = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });
const DAY_MS = 24 * 3_600_000;

/** `today`, `yesterday`, `19 Mar`, or `Mar 2024` of another year, where the person is. */
export function addedOn(instant: string, now: number): string {
  const at = new Date(instant);
  const present = new Date(now);
  if (at.toDateString() === present.toDateString()) return texts.today;
  if (at.toDateString() === new Date(now - DAY_MS).toDateString()) return texts.yesterday;
  return (at.getFullYear() === present.getFullYear() ? thisYear : otherYear).format(at);
}
