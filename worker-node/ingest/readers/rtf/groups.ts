/** What the groups of RTF hold: which are text, and which are about the document. */

/** Where the text of a group goes. */
export type Destination = 'body' | 'skip' | 'fonts' | 'styles' | 'instruction' | 'marker' | 'footnote' | InfoField;
export type InfoField = 'title' | 'author' | 'subject' | 'creatim';

/** Groups that are not part of the text. Those that begin with `\*` and are not known are skipped, too. */
const SKIPPED = new Set(
  (
    'colortbl info pict objdata objclass objname themedata colorschememapping datastore datafield latentstyles xmlnstbl listtable ' +
    'listoverridetable rsidtbl generator header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc ' +
    'ftncn aftnsep aftnsepc aftncn bkmkstart bkmkend pn nonshppict shppict shpinst shprslt sp do annotation atnid atnauthor ' +
    'atntime atndate atnicn atnref atnparent atrfstart atrfend xe tc tcn rxe template filetbl revtbl pgptbl mmathPr wgrffmtfilter ' +
    'formfield ffname ffdeftext ffentrymcr ffexitmcr ffhelptext ffstattext userprops docvar background comment operator company ' +
    'manager category keywords doccomm hlinkbase revtim printim buptim password passwordhash falt panose fname fontemb fontfile ' +
    'blipuid picprop htmltag mhtmltag nesttableprops'
  ).split(' '),
);
const OTHERS: Readonly<Record<string, Destination>> = {
  fonttbl: 'fonts',
  stylesheet: 'styles',
  fldinst: 'instruction',
  listtext: 'marker',
  pntext: 'marker',
  footnote: 'footnote',
  title: 'title',
  author: 'author',
  subject: 'subject',
  creatim: 'creatim',
  // Text in groups that are otherwise skipped.
  shptxt: 'body',
  objresult: 'body',
};
const PARTS_OF_INFO = new Set(['title', 'author', 'subject', 'creatim']);

/** The destination that a control word opens; undefined where it opens none. `outer` is that of the group around. */
export function destinationOf(name: string, outer: Destination): Destination | undefined {
  // These words are also properties elsewhere.
  if (PARTS_OF_INFO.has(name)) return outer === 'skip' ? OTHERS[name] : undefined;
  if (SKIPPED.has(name)) return 'skip';
  if (outer === 'skip' && OTHERS[name] !== 'body') return undefined;
  return OTHERS[name];
}

/** Characters that have a control word. */
export const CHARACTERS: Readonly<Record<string, string>> = {
  tab: '\t',
  emdash: '—',
  endash: '–',
  emspace: ' ',
  enspace: ' ',
  qmspace: ' ',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  line: '\n',
  lbr: '\n',
  softline: '\n',
  '~': '\u00a0',
  _: '-',
  '{': '{',
  '}': '}',
  '\\': '\\',
};
