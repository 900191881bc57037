/** The process's environment over what a `.env` file in the working folder says. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../../kernel/config.ts';

/** Throws where `.env` is there and cannot be read. */
export function loadEnvironment(environment: Environment = process.env, file = '.env'): Environment {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return environment;
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  return { ...parseEnv(content), ...environment };
}
