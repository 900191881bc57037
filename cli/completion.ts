/** Scripts by which shells complete the words of `pharos`. They are made of the declared commands and options. */
import type { Entry } from './command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Named {
  readonly name: string;
  readonly summary: string;
  /** With their dashes. */
  readonly options: readonly string[];
}

export async function completionScript(shell: Shell, entries: Readonly<Record<string, Entry>>): Promise<string> {
  const commands = await Promise.all(
    Object.entries(entries).map(async ([name, { summary, load }]): Promise<Named> => {
      const { options = {} } = await load();
      return { name, summary, options: [...Object.keys(options).map((option) => `--${option}`), '--help'] };
    }),
  );
  return SCRIPTS[shell](commands);
}

const firstWords = (commands: readonly Named[]) => [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];

/** The second words of each group, such as those of `users`. */
function groups(commands: readonly Named[]): [string, string[]][] {
  const pairs = commands.map(({ name }) => name.split(' ')).filter(([, second]) => second !== undefined);
  return [...Map.groupBy(pairs, ([first = '']) => first)].map(([first, found]) => [
    first,
    found.map(([, second = '']) => second),
  ]);
}

/** Commands without a group take files as arguments, so that an unknown position completes file names. */
function bash(commands: readonly Named[]): string {
  const seconds = groups(commands).map(([first, words]) => `    ${first}) words="${words.join(' ')}" ;;`);
  const options = commands.map(({ name, options: list }) => `      "${name}") words="${list.join(' ')}" ;;`);
  const oneWord = commands.filter(({ name }) => !name.includes(' ')).map(({ name }) => name);
  return `# bash completion of pharos: eval "$(pharos completion bash)"
_pharos() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words="" command=""
  COMPREPLY=()
  case "\${COMP_WORDS[1]}" in
    ${oneWord.join('|')}) command="\${COMP_WORDS[1]}" ;;
    *) command="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${firstWords(commands).join(' ')} --help --version"
  elif [ "\${word:0:1}" = "-" ]; then
    case "$command" in
${options.join('\n')}
    esac
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "\${COMP_WORDS[1]}" in
${seconds.join('\n')}
    esac
  fi
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _pharos pharos
`;
}

const quoted = (text: string) => text.replaceAll("'", "'\\''");

function zsh(commands: readonly Named[]): string {
  const described = (list: readonly (readonly [string, string])[]) =>
    list.map(([name, summary]) => `'${name}:${quoted(summary).replaceAll(':', '\\:')}'`).join(' ');
  const summaryOf = (first: string) => commands.find(({ name }) => name === first)?.summary ?? `commands about ${first}`;
  const seconds = groups(commands).map(([first]) => {
    const inGroup = commands.filter(({ name }) => name.startsWith(`${first} `));
    const list = inGroup.map(({ name, summary }) => [name.slice(first.length + 1), summary] as const);
    return `      ${first}) choices=(${described(list)}); _describe command choices ;;`;
  });
  const options = commands.map(({ name, options: list }) => `    '${name}') compadd -- ${list.join(' ')} ;;`);
  const oneWord = commands.filter(({ name }) => !name.includes(' ')).map(({ name }) => name);
  return `#compdef pharos
# zsh completion of pharos: eval "$(pharos completion zsh)"
_pharos() {
  # The completion system sets $words, so that no variable here may bear its name.
  local -a choices
  local command
  local current="\${words[CURRENT]}" first="\${words[2]}" second="\${words[3]}" position=$CURRENT
  case "$first" in
    ${oneWord.join('|')}) command="$first" ;;
    *) command="$first $second" ;;
  esac
  if (( position == 2 )); then
    choices=(${described(firstWords(commands).map((first) => [first, summaryOf(first)] as const))})
    _describe command choices
    return
  fi
  if [[ "$current" == -* ]]; then
    case "$command" in
${options.join('\n')}
    esac
    return
  fi
  if (( position == 3 )); then
    case "$first" in
${seconds.join('\n')}
      *) _files ;;
    esac
    return
  fi
  _files
}
compdef _pharos pharos
`;
}

function fish(commands: readonly Named[]): string {
  const firsts = firstWords(commands);
  const lines = firsts.map((first) => {
    const summary = commands.find(({ name }) => name === first)?.summary ?? `commands about ${first}`;
    return `complete -c pharos -n __fish_use_subcommand -f -a ${first} -d '${quoted(summary).replaceAll("'\\''", "\\'")}'`;
  });
  for (const { name, summary, options } of commands) {
    const [first = '', second] = name.split(' ');
    const inFirst = `__fish_seen_subcommand_from ${first}`;
    const words = groups(commands).find(([group]) => group === first)?.[1] ?? [];
    if (second !== undefined) {
      const unchosen = `${inFirst}; and not __fish_seen_subcommand_from ${words.join(' ')}`;
      lines.push(`complete -c pharos -n '${unchosen}' -f -a ${second} -d '${summary.replaceAll("'", "\\'")}'`);
    }
    const chosen = second === undefined ? inFirst : `${inFirst}; and __fish_seen_subcommand_from ${second}`;
    for (const option of options) lines.push(`complete -c pharos -n '${chosen}' -l ${option.slice(2)}`);
  }
  return `# fish completion of pharos: pharos completion fish | source\n${lines.join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Named[]) => string>> = { bash, zsh, fish };
