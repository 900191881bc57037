/** The picture beside the forms before the login, in the colours of the theme. */
export function Lighthouse() {
  return (
    <svg viewBox="0 0 720 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <linearGradient id="beam-left" x1="1" x2="0">
          <stop offset="0" stop-color="var(--color-lamp)" stop-opacity=".62" />
          <stop offset="1" stop-color="var(--color-lamp)" stop-opacity="0" />
        </linearGradient>
        <linearGradient id="beam-right">
          <stop offset="0" stop-color="var(--color-lamp)" stop-opacity=".5" />
          <stop offset="1" stop-color="var(--color-lamp)" stop-opacity="0" />
        </linearGradient>
      </defs>
      <path fill="url(#beam-left)" d="M456 404-260 236v330z" />
      <path fill="url(#beam-right)" d="M456 404 1000 300v208z" />
      <g stroke="var(--color-ink)" stroke-opacity=".16" stroke-width="1.5">
        <path d="M-400 640h1600" />
        <path d="M60 668h210m60 0h90m120 0h240M-60 700h160m120 0h280m70 0h110M100 740h90m180 0h150m70 0h260M-40 790h300m150 0h80m130 0h60M120 846h160m110 0h260" />
      </g>
      <path
        fill="var(--color-lamp)"
        opacity=".55"
        d="M438 662h36v2.5h-36zm-14 30h52v2.5h-52zm22 36h30v2.5h-30zm-30 46h66v2.5h-66zm24 58h34v2.5h-34z"
      />
      <g fill="var(--color-ink)">
        <path d="M352 640c22-20 52-26 66-26h80c18 0 44 8 62 26z" />
        <path d="M432 438h48l12 178h-72z" />
        <path d="M424 428h64v10h-64zM440 384h32v6h-32zM437 384c3-12 12-18 19-18s16 6 19 18zM454 354h4v14h-4z" />
        <path d="M440 390h3v38h-3zm29 0h3v38h-3z" />
      </g>
      <circle cx="456" cy="408" r="10" fill="var(--color-lamp)" />
      <path class="gate__window" d="M450 478h12v18h-12zm0 56h12v18h-12z" />
    </svg>
  );
}
