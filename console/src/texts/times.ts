/** Times as people say them. */

const NOW = 'just now';
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 minutes ago", "yesterday", "12 February", "12 Feb 2024". */
export function ago(iso: string, now = Date.now()): string {
  const time = Date.parse(iso);
  const ms = now - time;
  if (ms < MINUTE) return NOW;
  if (ms < HOUR) return relative.format(-Math.floor(ms / MINUTE), 'minute');
  if (ms < DAY) return relative.format(-Math.floor(ms / HOUR), 'hour');
  if (ms < 7 * DAY) return relative.format(-Math.floor(ms / DAY), 'day');
  return (ms < 300 * DAY ? day : dayOfYear).format(time);
}

export const dateOf = (iso: string): string => dayOfYear.format(Date.parse(iso));
