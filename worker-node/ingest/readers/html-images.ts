/** The words that stand for an image. */

/** Services whose images are the state of a project, not content. */
const BADGE =
  /shields\.io|badge|travis-ci|circleci|codecov|coveralls|appveyor|david-dm|deepscan|snyk\.io|gitpod|opencollective\.com|paypal|buymeacoffee|\/workflows\/|nodei\.co|packagephobia|bundlephobia|saucelabs|greenkeeper/i;
const FILE_NAME = /^[\w.% -]{1,120}\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?)$/i;
const MAX_ALT_CHARACTERS = 500;
/** Shorter texts name icons and logos: they are no content outside of a heading. */
const MIN_WORDS = 4;

/** The alternative text with blanks around; empty for badges, icons, counters and names of files. */
export function altText(image: Element, inHeading: boolean): string {
  const alt = (image.getAttribute('alt') ?? '').replace(/\s+/g, ' ').trim().slice(0, MAX_ALT_CHARACTERS);
  if (alt === '' || FILE_NAME.test(alt) || isTiny(image)) return '';
  const link = image.parentElement?.getAttribute('href') ?? '';
  if (BADGE.test(image.getAttribute('src') ?? '') || BADGE.test(link) || /\bbadge\b/i.test(alt)) return '';
  const isFormula = /[\\^_{}=]/.test(alt) && /math|latex|tex\b/i.test(image.getAttribute('class') ?? '');
  return inHeading || isFormula || alt.split(' ').length >= MIN_WORDS ? ` ${alt} ` : '';
}

/** Counts a visit rather than shows something. */
function isTiny(image: Element): boolean {
  const size = (name: string) => Number(image.getAttribute(name) ?? Number.NaN);
  return size('width') <= 1 || size('height') <= 1;
}
