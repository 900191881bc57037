/** The environment: variables of the process, then those of a `.env` file, with secrets read from `NAME_FILE`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, type Environment } from '../kernel/config/config.ts';
import type { Setting } from '../kernel/config/setting.ts';
import { SETTINGS } from '../kernel/config/settings.ts';
import type { FieldError } from '../kernel/core/errors.ts';

const SECRETS = Object.entries<Setting>(SETTINGS).flatMap(([name, { secret }]) => (secret ? [name] : []));

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws an Error for an unreadable `.env` file, and a ConfigError for files of secrets that are missing or empty. */
export function loadEnvironment(environment: Environment = process.env, file = '.env'): Environment {
  return readSecrets({ ...readEnvFile(file), ...environment });
}

function readEnvFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

/** Reads the secret `NAME` from the path in `NAME_FILE`, relative to systemd's CREDENTIALS_DIRECTORY or the working folder. */
function readSecrets(env: Environment): Environment {
  const errors: FieldError[] = [];
  const found: Record<string, string> = {};
  for (const name of SECRETS) {
    const key = `${name}_FILE`;
    const given = env[key]?.trim();
    if (!given) continue;
    if (env[name]?.trim()) {
      errors.push({ path: name, message: `expected to be unset beside ${key}` });
      continue;
    }
    try {
      found[name] = readSecret(resolve(env.CREDENTIALS_DIRECTORY || '.', given));
      // A child process with this environment would refuse NAME beside NAME_FILE.
      found[key] = '';
    } catch (error) {
      errors.push({ path: key, message: error instanceof Error ? error.message : String(error) });
    }
  }
  if (errors.length > 0) throw new ConfigError(errors);
  return { ...env, ...found };
}

/** Removes the line break that editors and `echo` put at the end. */
function readSecret(path: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const code = String(codeOf(cause));
    throw new Error(`expected a file that can be read, but ${path} ${REASONS[code] ?? `cannot be read (${code})`}`, { cause });
  }
  if (content.trim() === '') throw new Error(`expected a file with the secret, but ${path} is empty`);
  return content;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'is not readable by this user',
  EISDIR: 'is a folder',
};
