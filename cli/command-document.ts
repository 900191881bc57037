/** docs/cli.md, made of the declared commands. */
import type { Kind } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp } from './help.ts';

const INTRODUCTION = `# Command line

\`pharos\` sends documents to a server, finds them again, and runs the server itself. In a checkout it is \`npm run -s pharos -- <command>\`; where the package is installed, \`pharos <command>\` or \`npx pharos <command>\`. This page is generated from the commands: \`npm run docs\`.

\`npm pack\` in a checkout makes the package, and this installs it anywhere else:

\`\`\`sh
ONNXRUNTIME_NODE_INSTALL=skip npm install -g ./pharos-*.tgz
\`\`\`

The variable keeps the install script of onnxruntime-node from fetching CUDA libraries from nuget.org, some hundreds of MB which Pharos never loads. Without it, an installation on Linux x64 fails where nuget.org cannot be reached. In a checkout \`.npmrc\` says the same, which npm does not read for a package that is installed.

## Server and credentials

Commands for documents speak HTTP to the server in \`PHAROS_URL\` (default: \`http://localhost:8000\`).

- \`pharos login\` begins a session with user name and password. Its tokens are kept for that origin in \`logins.json\` in your folder of settings (\`~/.config/pharos\`, on macOS \`~/Library/Application Support/pharos\`, on Windows \`%APPDATA%\\pharos\`), which only you can read. They are sent to no other origin, and no redirect is followed. Processes that run side by side renew a session one after another. Ctrl-C waits for a renewal that is under way; pressed again, it does not. A process that is killed outright (SIGKILL, or the machine stops) in the instant between the server's answer and its storage leaves the token of before, which the server takes for 30 seconds more: any command in that time goes on with the session, and later ones ask for a new login.
- \`pharos login --browser\` opens the server's page instead, on which you log in and agree to what the command line may do. It needs no password here, and may manage neither keys nor jobs.
- \`PHAROS_API_KEY\` is used in place of a login where it is set. An API key may not manage keys; \`pharos keys\` needs a login.
- These commands read the environment alone. A \`.env\` in the working folder does not reach them.

Commands for the server open the configured database and files; they read the environment and \`.env\` as \`npm start\` does ([configuration](configuration.md)).

## Output and exit codes

Colours and progress bars are shown on a terminal only, and no colour where \`NO_COLOR\` is set. Every command that answers takes \`--json\`, which prints its answer for programs. What is said on the way to it is then on standard error. Elsewhere than on a terminal, \`ingest\` tells each file that is done on standard error. Control characters in titles and other text of strangers are never printed.

| code | meaning |
|---|---|
| 0 | done |
| 1 | it failed, wholly or for some documents; standard error says why |
| 2 | the call was wrong: unknown command or option, missing login, invalid value |

\`pharos completion bash\`, \`zsh\` or \`fish\` prints a script that completes commands and options.
`;

const HEADINGS: Readonly<Record<Kind, string>> = { client: 'Commands for documents', operator: 'Commands for the server' };

export async function commandDocument(): Promise<string> {
  const parts = [INTRODUCTION];
  for (const kind of ['client', 'operator'] as const) {
    parts.push(`## ${HEADINGS[kind]}\n`);
    for (const [name, entry] of Object.entries(COMMANDS).filter(([, each]) => each.kind === kind)) {
      parts.push(`### pharos ${name}\n\n\`\`\`text\n${commandHelp(name, entry.summary, await entry.load())}\n\`\`\`\n`);
    }
  }
  return parts.join('\n');
}
