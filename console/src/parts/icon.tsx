/** The icons of the console: lines on a square of 20 units. A new one is one entry here. */
import type { JSX } from 'preact';

const SHAPES = {
  search: (
    <>
      <circle cx="8.75" cy="8.75" r="5.25" />
      <path d="m12.75 12.75 4 4" />
    </>
  ),
  add: <path d="M10 3v9m-3.5-3.5L10 12l3.5-3.5M3.5 13v2.5a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5V13" />,
  library: <path d="M4 3.5v13M7.5 3.5v13M11 3.900l4.5 12.5M3 16.5h14" />,
  connect: <path d="M8 6.5H6a3.5 3.5 0 0 0 0 7h2m4-7h2a3.5 3.5 0 0 1 0 7h-2M7 10h6" />,
  admin: (
    <>
      <path d="M3 5.5h7m4 0h3M3 14.5h3m4 0h7" />
      <circle cx="12" cy="5.5" r="2" />
      <circle cx="8" cy="14.5" r="2" />
    </>
  ),
  account: (
    <>
      <circle cx="10" cy="7" r="3.250" />
      <path d="M3.750 16.5c.9-2.900 3.300-4.250 6.250-4.250s5.350 1.350 6.250 4.250" />
    </>
  ),
  theme: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
    </>
  ),
  check: <path d="m4 10.5 4 4 8-9" />,
  x: <path d="m5 5 10 10M15 5 5 15" />,
  wait: (
    <>
      <circle cx="10" cy="10" r="6.5" />
      <path d="M10 6.5V10l2.5 1.5" />
    </>
  ),
  alert: <path d="M10 3 2.5 16.5h15zM10 8v4m0 2.200v.1" />,
  retry: <path d="M16 10a6 6 0 1 1-1.750-4.250M16 3v3.5h-3.5" />,
  next: <path d="m8 5 5 5-5 5" />,
  down: <path d="m5 8 5 5 5-5" />,
  up: <path d="m5 12 5-5 5 5" />,
  copy: (
    <>
      <rect x="7" y="7" width="9.5" height="9.5" rx="1.5" />
      <path d="M13 7V5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v6.5A1.5 1.5 0 0 0 5 13h2" />
    </>
  ),
  tag: (
    <>
      <path d="M3.5 4v5.5l7 7 6-6-7-7H4z" />
      <circle cx="7" cy="7" r=".6" fill="currentColor" />
    </>
  ),
  trash: <path d="M3.5 5.5h13M8 5V3.5h4V5m-6.5.5.750 11h7.5l.750-11" />,
  rows: <path d="M3.5 5.5h13m-13 4.5h13m-13 4.5h13" />,
  grid: (
    <>
      <rect x="3.5" y="3.5" width="5.5" height="5.5" rx="1" />
      <rect x="11" y="3.5" width="5.5" height="5.5" rx="1" />
      <rect x="3.5" y="11" width="5.5" height="5.5" rx="1" />
      <rect x="11" y="11" width="5.5" height="5.5" rx="1" />
    </>
  ),
  filter: <path d="M3.5 5.5h13m-10.5 4.5h8m-5.5 4.5h3" />,
  file: <path d="M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15" />,
  key: (
    <>
      <circle cx="7" cy="13" r="3.5" />
      <path d="m9.5 10.5 7-7M14 6l2 2" />
    </>
  ),
  screen: (
    <>
      <rect x="3" y="4" width="14" height="9.5" rx="1.5" />
      <path d="M7 16.5h6" />
    </>
  ),
  phone: (
    <>
      <rect x="6" y="3" width="8" height="14" rx="1.5" />
      <path d="M9 14.5h2" />
    </>
  ),
  hint: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 9.200v4M10 6.700v.1" />
    </>
  ),
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof SHAPES;

/** Decoration beside words, so assistive technology skips it; a button that has only an icon carries a label. */
export function Icon({ name, small = false, class: more }: { name: IconName; small?: boolean; class?: string }) {
  const names = ['icon', small && 'icon--sm', more].filter(Boolean).join(' ');
  return (
    <svg class={names} viewBox="0 0 20 20" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
