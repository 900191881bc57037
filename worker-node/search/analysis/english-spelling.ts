/** One spelling of English words, so that a question in British spelling finds a text in American spelling and the reverse. */

const OUR =
  /^((?:un|dis|mis|out|mal|multi)?(?:arbo|ardo|armo|behavio|cando|clamo|colo|demeano|endeavo|favo|fervo|flavo|glamo|harbo|hono|humo|labo|misdemeano|neighbo|odo|parlo|ranco|rigo|rumo|savio|savo|splendo|succo|tumo|valo|vapo|vigo))ur/;
const RE = /^([a-z]*(?:cent|theat|lit|met|lust|spect|scept|mit|nit|fib|calib|sab|somb|och|meag))re(s|d)?$/;
const IZE = /^([a-z]{2,40}[bcdfghjklmnpqrstvwxz])iz(e|ed|es|er|ers|ing|ation|ations|ational|able)$/;

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);

/** Words of which the spelling begins otherwise than what `oneSpelling` makes of it. */
export const SPELLINGS: readonly (readonly [written: string, meant: string])[] = [...WORDS].filter(
  ([written, meant]) => written.slice(0, 2) !== meant.slice(0, 2),
);

/**
 * A folded word in the spelling that stems best: American `color` and `center`, British `organise`, because Porter's stemmer
 * makes `organ` of `organize` and `ion` of `ionize`.
 */
export function oneSpelling(word: string): string {
  if (word.length < 4) return word;
  const singular = word.endsWith('s') ? word.slice(0, -1) : word;
  const known = WORDS.get(singular) ?? WORDS.get(word);
  if (known !== undefined) return known;
  if (word.includes('our')) return word.replace(OUR, '$1r');
  if (word.includes('iz')) return word.replace(IZE, '$1is$2');
  if (word.includes('lyz')) return word.replace(/lyz(e|ed|es|er|ers|ing)$/, 'lys$1');
  return word.includes('re') ? word.replace(RE, '$1er$2') : word;
}
