import { MAX_URL_CHARACTERS } from '../../document.ts';

/** The target of a link on the Web; undefined for any other. */
export function webUrl(target: string | undefined): string | undefined {
  const url = target?.trim() ?? '';
  return url.length <= MAX_URL_CHARACTERS && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : undefined;
}
