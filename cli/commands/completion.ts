/** `pharos completion`: the script by which a shell completes commands and options. */
import { oneOf } from '../client/values.ts';
import type { Command } from '../command.ts';
import { completionScript, SHELLS } from '../completion.ts';

export const completion: Command = {
  details:
    'bash and zsh: put  eval "$(pharos completion bash)"  into ~/.bashrc, or the same with zsh into ~/.zshrc after compinit.\n' +
    'fish: pharos completion fish > ~/.config/fish/completions/pharos.fish',
  args: [{ name: 'shell', description: SHELLS.join(', ') }],
  run: async ({ args: [shell = ''], terminal, commands }) =>
    terminal.print((await completionScript(oneOf('shell', SHELLS, shell), commands)).trimEnd()),
};
