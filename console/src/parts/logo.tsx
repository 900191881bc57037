/** The lighthouse of Pharos in the colours of the theme. */
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
      <path fill="var(--color-lamp)" opacity=".42" d="M10 7.2 0 3.5v8.5l10-3.6zM18 7.2l10-3.7v8.5l-10-3.6z" />
      <path fill="var(--color-lamp)" d="M11.5 5.5h5v5h-5z" />
      <path fill="currentColor" d="m14 1 4 4h-8zM9.5 10.5h9v2h-9zM11 13.5h6l1.7 13H9.3z" />
    </svg>
  );
}
