/** The process's environment over what a `.env` file in the working folder says, with secrets read from the files it names. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, type Environment } from '../kernel/config/config.ts';
import type { Setting } from '../kernel/config/setting.ts';
import { SETTINGS } from '../kernel/config/settings.ts';
import type { FieldError } from '../kernel/core/errors.ts';

const SECRETS = Object.entries<Setting>(SETTINGS).flatMap(([name, { secret }]) => (secret ? [name] : []));

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws where `.env` is there and cannot be read, and a ConfigError where a secret's file gives none. */
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

/** `NAME_FILE` says where the secret `NAME` is; a relative path is that of a systemd credential where there are any. */
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
      // A process that is started with this environment would refuse to find both.
      found[key] = '';
    } catch (error) {
      errors.push({ path: key, message: error instanceof Error ? error.message : String(error) });
    }
  }
  if (errors.length > 0) throw new ConfigError(errors);
  return { ...env, ...found };
}

/** Without the line break that editors and `echo` put at the end. */
function readSecret(path: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const code = String(codeOf(cause));
    throw new Error(`expected a file that can be read, but ${path} ${REASONS[code] ?? `cannot be (${code})`}`, { cause });
  }
  if (content.trim() === '') throw new Error(`expected a file with the secret, but ${path} is empty`);
  return content;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EACCES: 'is closed to this user',
  EISDIR: 'is a folder',
};
