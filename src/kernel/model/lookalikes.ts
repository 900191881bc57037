/** Letters that look like ASCII letters, and names that read alike. A selection of Unicode's confusables (UTS 39, section 4). */

const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'аαɑᴀ',
  b: 'ьʙ',
  c: 'сϲᴄ',
  d: 'ԁᴅ',
  e: 'еεᴇ',
  g: 'ɡɢց',
  h: 'һհʜ',
  i: 'іιıɩɪ',
  j: 'јϳյȷᴊ',
  k: 'кκᴋ',
  l: 'ӏǀꞁʟ',
  m: 'мᴍ',
  n: 'ηոɴ',
  o: 'оοσօᴏ',
  p: 'рρᴘ',
  q: 'ԛզ',
  r: 'гʀɾ',
  s: 'ѕꜱ',
  t: 'тτᴛ',
  u: 'υսʋᴜ',
  v: 'νѵᴠ',
  w: 'ԝѡωաᴡ',
  x: 'хχ',
  y: 'уүγʏ',
  z: 'ᴢ',
};

const ASCII_OF = new Map(Object.entries(LOOKALIKES).flatMap(([ascii, others]) => [...others].map((other) => [other, ascii])));

/** `text`, which is lower-case, with ASCII letters in the place of letters that look like them. */
export const withAsciiLookalikes = (text: string): string => [...text].map((letter) => ASCII_OF.get(letter) ?? letter).join('');

/** What a name reads as at a glance: without separators, and with one form for what is alike in ASCII, too. */
export const skeletonOf = (text: string): string =>
  withAsciiLookalikes(text)
    .replace(/[._-]/g, '')
    .replaceAll('0', 'o')
    .replace(/[1i]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
