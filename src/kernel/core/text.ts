/** At most `max` UTF-16 units of well-formed `text`, without half of a surrogate pair at the end. */
export const truncate = (text: string, max: number): string => text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
