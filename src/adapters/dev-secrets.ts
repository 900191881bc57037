/** Secrets that a development installation generates once, in its data folder. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Generated } from '../kernel/config/config.ts';

const MIN_LENGTH = 32;

/** Generates nothing outside of development, where the secrets must be configured. */
export async function loadDevSecrets({ env, dataDir }: Pick<Config, 'env' | 'dataDir'>): Promise<Generated> {
  if (env !== 'dev') return {};
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return {
      jwtSecret: await secretIn(join(dataDir, 'jwt-secret')),
      workerSigningKey: await secretIn(join(dataDir, 'worker-signing-key')),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`DATA_DIR: expected a writable folder: ${reason}`, { cause: error });
  }
}

/** Two processes that start at once use the same secret: one creates the file exclusively, the other reads it. */
async function secretIn(path: string): Promise<string> {
  try {
    const secret = randomBytes(48).toString('base64url');
    await writeFile(path, secret, { mode: 0o600, flag: 'wx' });
    return secret;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  for (let tries = 0; tries < 50; tries++) {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length >= MIN_LENGTH) {
      await chmod(path, 0o600);
      return secret;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${path} holds fewer than ${MIN_LENGTH} characters; delete it and start again`);
}
