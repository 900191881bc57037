/** Escapes and arguments of roff. */

/** Characters by the name that roff gives them. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ em: '—', en: '–', hy: '-', dq: '"', lq: '“', rq: '”', oq: '‘', cq: '’', aq: "'", bu: '•', co: '©', rg: '®', tm: '™' },
  ...{ Fo: '«', Fc: '»', '->': '→', '<-': '←', '>=': '≥', '<=': '≤', '!=': '≠', '+-': '±', mu: '×', de: '°', ti: '~', ha: '^' },
  ...{
    rs: '\\',
    ul: '_',
    ba: '|',
    br: '|',
    sl: '/',
    at: '@',
    sh: '#',
    Do: '$',
    lB: '[',
    rB: ']',
    lC: '{',
    rC: '}',
    la: '⟨',
    ra: '⟩',
  },
  ...{ ss: 'ß', ':a': 'ä', ':o': 'ö', ':u': 'ü', ':A': 'Ä', ':O': 'Ö', ':U': 'Ü', "'e": 'é', '`e': 'è', '^e': 'ê', "'a": 'á' },
  ...{ '`a': 'à', "'o": 'ó', "'i": 'í', "'u": 'ú', ',c': 'ç', '~n': 'ñ', oA: 'Å', oa: 'å', AE: 'Æ', ae: 'æ', '/o': 'ø', ga: '`' },
};

/** The text without requests for fonts, sizes and movements. */
export function roffText(text: string): string {
  const comment = text.indexOf('\\"');
  const line = comment < 0 ? text : text.slice(0, comment);
  return line
    .replace(
      /\\(?:f(?:\[[^\]]{0,20}\]|\(..|.)|s(?:[+-]?\d{1,2}|\[[^\]]{0,10}\])|[hvwbolLDXZ]'[^']{0,100}'|[kmMnVFgY](?:\[[^\]]{0,50}\]|\(..|.))/g,
      '',
    )
    .replace(
      /\\(?:\[([^\][\\]{1,40})\]|\((..)|\*(?:\[([^\][\\]{1,40})\]|\((..)|(.))|C'([^'\\]{1,40})')/g,
      (_, ...found: (string | undefined)[]) => named(found.slice(0, 6).find((name) => name !== undefined) ?? ''),
    )
    .replace(/\\(.)/g, (_, mark: string) => ESCAPES[mark] ?? mark);
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '&': '', '|': '', '^': '', '%': '', ':': '', c: '', '/': '', ',': '', d: '', u: '', z: '', p: '' },
  ...{ '~': ' ', ' ': ' ', '0': ' ', t: '\t', e: '\\', '\\': '\\' },
};

function named(name: string): string {
  const code = /^u([\dA-Fa-f]{4,6})$/.exec(name)?.[1];
  if (code !== undefined) {
    const point = Number.parseInt(code, 16);
    return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : '';
  }
  return NAMED[name] ?? (name === 'R' ? '®' : name === 'Tm' ? '™' : '');
}

/** Words between spaces; those in quotation marks hold spaces. */
export function roffArguments(rest: string): string[] {
  const found: string[] = [];
  for (const match of rest.matchAll(/"((?:[^"]|"")*)"?|(?:\\[\s\S]|[^\s\\])+/g)) {
    if (match[0].startsWith('\\"')) break;
    found.push(match[1] === undefined ? match[0] : match[1].replaceAll('""', '"'));
  }
  return found;
}
