/** One spelling of English words, so that a question in British spelling finds a text in American spelling and the reverse. */

const OUR =
  /^((?:un|dis|mis|out|mal|multi)?(?:arbo|ardo|armo|behavio|cando|clamo|colo|demeano|endeavo|favo|fervo|flavo|glamo|harbo|hono|humo|labo|misdemeano|neighbo|odo|parlo|ranco|rigo|rumo|savio|savo|splendo|succo|tumo|valo|vapo|vigo))ur/;
const RE = /^([a-z]*(?:cent|theat|lit|met|lust|spect|scept|mit|nit|fib|calib|sab|somb|och|meag))re(s|d)?$/;
const ISE = /^([a-z]{3,40}[bcdfghjklmnpqrstvxz])is(e|ed|es|er|ers|ing|ation|ations|ational)$/;
/** Their `ise` is no ending that could be `ize`. */
const NO_ENDING =
  /(?:advert|telev|superv|prec|conc|prem|prom|prov|surpr|compr|enterpr|exerc|parad|merchand|franch|expert|otherw|likew|treat|desp|disgu|pract|chast|circumc|exc)$/;

const WORDS: Readonly<Record<string, string>> = {
  aeroplane: 'airplane',
  aluminium: 'aluminum',
  artefact: 'artifact',
  catalogue: 'catalog',
  cheque: 'check',
  defence: 'defense',
  dialogue: 'dialog',
  grey: 'gray',
  jewellery: 'jewelry',
  licence: 'license',
  manoeuvre: 'maneuver',
  mould: 'mold',
  offence: 'offense',
  plough: 'plow',
  practise: 'practice',
  pretence: 'pretense',
  programme: 'program',
  pyjamas: 'pajamas',
  sceptical: 'skeptical',
  storey: 'story',
  tyre: 'tire',
  analogue: 'analog',
  ageing: 'aging',
  anaesthesia: 'anesthesia',
  anaesthetic: 'anesthetic',
  anaemia: 'anemia',
  diarrhoea: 'diarrhea',
  foetus: 'fetus',
  foetal: 'fetal',
  haemoglobin: 'hemoglobin',
  haemorrhage: 'hemorrhage',
  leukaemia: 'leukemia',
  oestrogen: 'estrogen',
  orthopaedic: 'orthopedic',
  paediatric: 'pediatric',
  encyclopaedia: 'encyclopedia',
};

/** The American form of a folded word. */
export function americanSpelling(word: string): string {
  if (word.length < 4) return word;
  const singular = word.endsWith('s') ? word.slice(0, -1) : word;
  const known = WORDS[singular] ?? WORDS[word];
  if (known !== undefined) return known;
  if (word.includes('our')) return word.replace(OUR, '$1r');
  if (word.includes('is')) {
    return word.replace(ISE, (whole, root: string, ending: string) => (NO_ENDING.test(root) ? whole : `${root}iz${ending}`));
  }
  if (word.includes('lys')) return word.replace(/lys(e|ed|es|er|ers|ing)$/, 'lyz$1');
  return word.includes('re') ? word.replace(RE, '$1er$2') : word;
}
