/** Programming languages: their extensions, their comments, and what declares a symbol in them. */

export interface SourceLanguage {
  /** The name behind a fence. */
  readonly name: string;
  readonly extensions: readonly string[];
  /** Programs that a first line of `#!` names. */
  readonly programs?: readonly string[];
  /** What begins a comment of one line. */
  readonly line: readonly string[];
  /** What encloses comments of several lines. */
  readonly block?: readonly (readonly [open: string, close: string])[];
  /** Functions and methods are told by their brackets as well. */
  readonly braces?: boolean;
}

const C_COMMENTS = { line: ['//'], block: [['/*', '*/']] } as const;
const HASH = { line: ['#'] } as const;

export const SOURCE_LANGUAGES: readonly SourceLanguage[] = [
  { name: 'python', extensions: ['py', 'pyi', 'pyw', 'pyx'], programs: ['python', 'python2', 'python3'], ...HASH },
  { name: 'javascript', extensions: ['js', 'mjs', 'cjs', 'jsx'], programs: ['node', 'deno', 'bun'], ...C_COMMENTS, braces: true },
  { name: 'typescript', extensions: ['ts', 'mts', 'cts', 'tsx'], ...C_COMMENTS, braces: true },
  { name: 'java', extensions: ['java'], ...C_COMMENTS, braces: true },
  { name: 'kotlin', extensions: ['kt', 'kts'], ...C_COMMENTS },
  { name: 'scala', extensions: ['scala'], ...C_COMMENTS },
  { name: 'groovy', extensions: ['groovy', 'gradle'], ...C_COMMENTS, braces: true },
  { name: 'c', extensions: ['c', 'h'], ...C_COMMENTS, braces: true },
  { name: 'cpp', extensions: ['cpp', 'cc', 'cxx', 'hpp', 'hh', 'hxx', 'ino'], ...C_COMMENTS, braces: true },
  { name: 'csharp', extensions: ['cs'], ...C_COMMENTS, braces: true },
  { name: 'objectivec', extensions: ['m', 'mm'], ...C_COMMENTS, braces: true },
  { name: 'go', extensions: ['go'], ...C_COMMENTS },
  { name: 'rust', extensions: ['rs'], ...C_COMMENTS },
  { name: 'swift', extensions: ['swift'], ...C_COMMENTS },
  { name: 'dart', extensions: ['dart'], ...C_COMMENTS, braces: true },
  { name: 'php', extensions: ['php', 'phtml'], programs: ['php'], line: ['//', '#'], block: [['/*', '*/']] },
  { name: 'ruby', extensions: ['rb', 'rake', 'gemspec'], programs: ['ruby'], ...HASH },
  { name: 'perl', extensions: ['pl', 'pm'], programs: ['perl'], ...HASH },
  { name: 'bash', extensions: ['sh', 'bash', 'zsh', 'ksh', 'bats'], programs: ['sh', 'bash', 'zsh', 'ksh', 'dash'], ...HASH },
  { name: 'fish', extensions: ['fish'], programs: ['fish'], ...HASH },
  { name: 'powershell', extensions: ['ps1', 'psm1'], line: ['#'], block: [['<#', '#>']] },
  { name: 'r', extensions: ['r'], programs: ['Rscript'], ...HASH },
  { name: 'julia', extensions: ['jl'], programs: ['julia'], ...HASH },
  { name: 'elixir', extensions: ['ex', 'exs'], ...HASH },
  { name: 'erlang', extensions: ['erl', 'hrl'], line: ['%'] },
  { name: 'haskell', extensions: ['hs'], line: ['--'], block: [['{-', '-}']] },
  { name: 'ocaml', extensions: ['ml', 'mli'], line: [], block: [['(*', '*)']] },
  { name: 'lua', extensions: ['lua'], programs: ['lua'], line: ['--'], block: [['--[[', ']]']] },
  { name: 'sql', extensions: ['sql'], line: ['--'], block: [['/*', '*/']] },
  { name: 'clojure', extensions: ['clj', 'cljs', 'edn'], line: [';'] },
  { name: 'lisp', extensions: ['el', 'lisp', 'scm', 'rkt'], line: [';'] },
  { name: 'css', extensions: ['css'], line: [], block: [['/*', '*/']] },
  { name: 'scss', extensions: ['scss', 'less'], ...C_COMMENTS },
  {
    name: 'vue',
    extensions: ['vue', 'svelte'],
    line: ['//'],
    block: [
      ['<!--', '-->'],
      ['/*', '*/'],
    ],
  },
  { name: 'hcl', extensions: ['tf', 'hcl'], line: ['#', '//'], block: [['/*', '*/']] },
  { name: 'proto', extensions: ['proto'], ...C_COMMENTS },
  { name: 'graphql', extensions: ['graphql', 'gql'], ...HASH },
  { name: 'cmake', extensions: ['cmake'], ...HASH },
  { name: 'makefile', extensions: ['mk', 'mak'], programs: ['make'], ...HASH },
  { name: 'awk', extensions: ['awk'], programs: ['awk', 'gawk'], ...HASH },
  { name: 'zig', extensions: ['zig'], line: ['//'] },
  { name: 'nim', extensions: ['nim'], ...HASH },
  { name: 'fortran', extensions: ['f90', 'f95', 'f03'], line: ['!'] },
  {
    name: 'pascal',
    extensions: ['pas'],
    line: ['//'],
    block: [
      ['{', '}'],
      ['(*', '*)'],
    ],
  },
  { name: 'vb', extensions: ['vb', 'bas'], line: ["'"] },
];

const OTHER: SourceLanguage = { name: '', extensions: [], line: ['//', '#', '--', ';'], block: [['/*', '*/']] };

const BY_EXTENSION = new Map(
  SOURCE_LANGUAGES.flatMap((language) => language.extensions.map((extension) => [extension, language])),
);
const BY_PROGRAM = new Map(
  SOURCE_LANGUAGES.flatMap((language) => language.programs?.map((program) => [program, language]) ?? []),
);
const SHEBANG = /^#!\s{0,10}\S{0,200}?([\w-]{1,30}?)[\d.]{0,8}(?:\s+(?:-S\s+)?([\w-]{1,30}?)[\d.]{0,8})?(?:\s|$)/;

/** The language of a file by its first line or its name. */
export function languageOf(firstLine: string, name: string): SourceLanguage {
  const [, program = '', argument = ''] = SHEBANG.exec(firstLine) ?? [];
  const extension = /\.(\w{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return BY_PROGRAM.get(program === 'env' ? argument : program) ?? BY_EXTENSION.get(extension) ?? OTHER;
}
