/** `npm run pharos -- <command>`: what is done from a terminal, on the same configuration as the server. */
import { parseArgs } from 'node:util';
import { uuidv7 } from 'uuidv7';
import { createBackground } from '../src/adapters/background.ts';
import { loadDevSecrets } from '../src/adapters/dev-secrets.ts';
import { loadEnvironment } from '../src/adapters/environment.ts';
import { createLog } from '../src/adapters/log.ts';
import { openDatabase, prepareDatabase } from '../src/adapters/open-database.ts';
import { openStores } from '../src/adapters/open-stores.ts';
import { ConfigError, parseConfig } from '../src/kernel/config/config.ts';
import { AppError } from '../src/kernel/core/errors.ts';
import { type Command, type StandaloneCommand, Usage } from './command.ts';
import { backup } from './db-backup.ts';
import { copy } from './db-copy.ts';
import { migrate } from './migrate.ts';
import { listModels, pullModel } from './models.ts';
import { createUser, deactivateUser, setTier } from './users.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate,
  'users create': createUser,
  'users tier': setTier,
  'users deactivate': deactivateUser,
};

const STANDALONE: Readonly<Record<string, StandaloneCommand>> = {
  'models pull': pullModel,
  'models list': listModels,
  'db backup': backup,
  'db copy': copy,
};

const help = () =>
  `usage: npm run pharos -- <command>\n\n${[...Object.values(COMMANDS), ...Object.values(STANDALONE)]
    .map(({ usage }) => `  ${usage}`)
    .join('\n')}`;

let rewritten = 0;
const rewrite = (line: string) => {
  if (!process.stdout.isTTY) return;
  process.stdout.write(`\r${line.padEnd(rewritten)}`);
  rewritten = line.length;
};
const print = (line: string) => {
  if (rewritten > 0) process.stdout.write(`\r${' '.repeat(rewritten)}\r`);
  rewritten = 0;
  console.log(line);
};

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      tier: { type: 'string' },
      revision: { type: 'string' },
      precision: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(help());
  const names = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''];
  const words = names.find((name) => Object.hasOwn(COMMANDS, name) || Object.hasOwn(STANDALONE, name));
  if (words === undefined) throw new Usage(help());
  const { help: _, ...options } = values;
  const rest = positionals.slice(words.split(' ').length);

  const env = loadEnvironment();
  const config = parseConfig(env, await loadDevSecrets(parseConfig(env)));
  const standalone = STANDALONE[words];
  if (standalone) return standalone.run({ config, env, print, rewrite }, rest, options);
  const command = COMMANDS[words] as Command;
  const log = createLog({ level: 'warning', write: (line) => process.stderr.write(line) });
  const background = createBackground({ log });
  const clock = { now: Date.now };
  const database = await openDatabase(config);
  const { kv, rateLimitStore } = openStores(config, { clock, log });
  try {
    if (command !== migrate) await prepareDatabase(database, config);
    await command.run(
      {
        config,
        database,
        db: database.db,
        kv,
        rateLimitStore,
        clock,
        ids: { next: uuidv7 },
        log,
        background,
        input: process.stdin,
        print,
      },
      rest,
      options,
    );
    await background.drain(5000);
  } finally {
    await kv.close();
    await database.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const told = error instanceof Usage || error instanceof ConfigError || error instanceof AppError;
  console.error(error instanceof AppError ? error.detail : error instanceof Error ? error.message : error);
  process.exitCode = told ? 2 : 1;
}
