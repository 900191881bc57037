/** Arrows move from the field through the hits and back. */

export function moveAmongHits(event: KeyboardEvent, field: HTMLElement | null): void {
  if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || event.altKey || event.ctrlKey || event.metaKey) return;
  const hits = [...document.querySelectorAll<HTMLElement>('.hit__title a')];
  const at = hits.indexOf(event.target as HTMLElement);
  if (at < 0 && event.target !== field) return;
  const next = at + (event.key === 'ArrowDown' ? 1 : -1);
  const target = next < 0 ? field : hits[next];
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: 'nearest' });
}
