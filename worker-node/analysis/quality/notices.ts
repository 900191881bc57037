/** Pages that a site shows in place of a document: errors, walls, banners and placeholders. */

interface NoticeKind {
  /** With its article. */
  readonly kind: string;
  readonly pattern: RegExp;
}

const KINDS: readonly NoticeKind[] = [
  {
    kind: 'an error page',
    pattern:
      /\b(?:error 40[0-9]|40[34] (?:error|not found|forbidden)|http 404|page (?:was |could )?not (?:be )?found|page (?:does not|doesn['’]t) exist|no longer (?:available|exists)|access denied|permission denied|internal server error|bad gateway|service unavailable|something went wrong|seite (?:wurde )?nicht gefunden|page introuvable|página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden)\b/giu,
  },
  {
    kind: 'a login wall',
    pattern:
      /\b(?:(?:log|sign) in to (?:continue|read|view|see|access)|please (?:log|sign) in|subscribe to (?:continue|read)|subscribers only|create a free account to|already a (?:subscriber|member)|session (?:has )?expired|forgot (?:your )?password|melden sie sich an)\b/giu,
  },
  {
    kind: 'a cookie banner',
    pattern:
      /\b(?:(?:this (?:web)?site|we(?: and our partners)?) uses? cookies|accept (?:all )?cookies|accept all|cookie (?:policy|settings|preferences)|manage (?:your )?preferences|reject all|alle cookies akzeptieren|verwendet cookies|utilisons des cookies)\b/giu,
  },
  {
    kind: 'a check for robots',
    pattern:
      /\b(?:(?:verify|confirm|prove) (?:that )?you are (?:a )?human|not a robot|checking your browser|enable javascript|javascript is (?:disabled|required)|unusual traffic|complete the captcha)\b/giu,
  },
  {
    kind: 'a placeholder',
    pattern:
      /\b(?:under construction|coming soon|check back (?:soon|later)|parked (?:free|domain)|domain is for sale|default web ?page|it works!|lorem ipsum dolor|insert text here)/giu,
  },
];

/** A document that explains such a page is longer, and a placeholder text may be of any length. */
const NOTICE_WORDS = 150;
const HEAD_CHARACTERS = 2_000;

export interface Notice {
  readonly kind: string;
  /** Its title says so as well, or its text says so twice. */
  readonly sure: boolean;
}

/** Null for a text that is no notice. */
export function noticeOf(title: string | null, text: string, wordCount: number): Notice | null {
  const head = text.slice(0, HEAD_CHARACTERS);
  if (/\blorem ipsum dolor\b/i.test(head)) return { kind: 'a placeholder', sure: true };
  if (wordCount > NOTICE_WORDS) return null;
  const hits = KINDS.map(({ kind, pattern }) => ({
    kind,
    inText: new Set(head.match(pattern)?.map((hit) => hit.toLowerCase())).size,
    inTitle: title !== null && title.search(pattern) >= 0,
  })).filter(({ inText, inTitle }) => inText > 0 || inTitle);
  hits.sort((a, b) => b.inText - a.inText);
  const [most] = hits;
  if (!most) return null;
  return { kind: most.kind, sure: most.inTitle || most.inText > 1 || hits.length > 1 };
}
