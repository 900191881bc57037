/** Macros of mdoc, which BSD's manual pages use: what each of them writes. */
import { roffArguments, roffText } from './roff-text.ts';

export interface MdocLine {
  readonly kind: 'text' | 'item' | 'break' | 'example' | 'end';
  readonly text: string;
}

/** Macros that other macros' lines call, with what they put before and behind their words. */
const AROUND: Readonly<Record<string, readonly [string, string]>> = {
  ...{
    Op: ['[', ']'],
    Oo: ['[', ''],
    Oc: ['', ']'],
    Pq: ['(', ')'],
    Po: ['(', ''],
    Pc: ['', ')'],
    Bq: ['[', ']'],
    Brq: ['{', '}'],
  },
  ...{
    Dq: ['“', '”'],
    Do: ['“', ''],
    Dc: ['', '”'],
    Sq: ['‘', '’'],
    Ql: ['‘', '’'],
    Qq: ['"', '"'],
    Aq: ['<', '>'],
    Fl: ['-', ''],
    Cm: ['', ''],
  },
};
const PLAIN = new Set(
  'Nm Nd Ar Xr Pa Ev Va Vt Fn Fa Ft Fo Fc Em Sy Li Ic Tn Dv Er Cd Ad An Ox Fx Nx Bx Ux At No Ns Ms Mt Lk Sx St Rs Re In Lb Ap Xo Xc Pf D1 Dl Qo Qc Bo Bc'.split(
    ' ',
  ),
);
const BOOKS = new Set('%A %B %C %D %I %J %N %O %P %Q %R %T %U %V'.split(' '));

/** Null for a macro that shows nothing. */
export function mdocLine(name: string, rest: string): MdocLine | null {
  if (name === 'It') return { kind: 'item', text: words(roffArguments(rest)) };
  if (name === 'Bl' || name === 'El' || name === 'Ek' || name === 'Bk') return { kind: 'break', text: '' };
  if (name === 'Bd') return { kind: /-(?:literal|unfilled)/.test(rest) ? 'example' : 'break', text: '' };
  if (name === 'Ed') return { kind: 'end', text: '' };
  if (name in AROUND || PLAIN.has(name) || BOOKS.has(name)) return { kind: 'text', text: words([name, ...roffArguments(rest)]) };
  return null;
}

function words(parts: readonly string[]): string {
  const open: string[] = [];
  let line = '';
  let glue = true;
  const add = (word: string) => {
    line += glue || /^[.,;:)\]?!]+$/.test(word) ? word : ` ${word}`;
    glue = /^[([]$/.test(word);
  };
  for (const [index, part] of parts.entries()) {
    const around = AROUND[part];
    // A term and its description, and columns of a list.
    if (part === 'Nd' || part === 'Ta') add('–');
    else if (parts[index - 2] === 'Xr' && /^\d\w{0,10}$/.test(part)) line += `(${part})`;
    else if (part === 'Ns' || part === 'Ap') glue = true;
    else if (around) {
      if (around[0] !== '') {
        add(around[0]);
        glue = true;
      }
      if (around[0] === '' && around[1] !== '') line += around[1];
      else if (around[1] !== '') open.push(around[1]);
    } else if (!PLAIN.has(part)) add(roffText(part));
  }
  return `${line}${open.reverse().join('')}`;
}
