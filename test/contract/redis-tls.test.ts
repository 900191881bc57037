/** Redis over TLS is used with a trusted certificate only. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/adapters/listen.ts';
import { openStores } from '../../src/adapters/open-stores.ts';
import type { KeyValue } from '../../src/kernel/kv/key-value.ts';
import { memoryLog } from '../support/fakes/doubles.ts';
import { testConfig } from '../support/kits/config.ts';
import { systemClock } from '../support/kits/store.ts';
import { certificateOf } from '../support/servers/certificate.ts';
import { redisServer } from '../support/servers/redis.ts';

let folder: string;
let port: number;
let stop: () => Promise<void>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-redis-tls-'));
  const { cert, key } = await certificateOf('127.0.0.1');
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  port = await freePort('127.0.0.1');
  const tls = ['--tls-port', String(port), '--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-auth-clients', 'no'];
  // `--port 0` disables the port without TLS.
  const server = spawn(redisServer(), ['--port', '0', '--bind', '127.0.0.1', '--save', '', ...tls], { stdio: 'ignore' });
  process.once('exit', () => server.kill('SIGKILL'));
  const probe = new Redis({ host: '127.0.0.1', port, tls: { ca: cert }, lazyConnect: true, retryStrategy: () => null });
  probe.on('error', () => undefined);
  for (let tries = 0; ; tries += 1) {
    try {
      await probe.connect();
      break;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
  probe.disconnect();
  stop = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
});
afterAll(() => stop());

const opened: KeyValue[] = [];
afterEach(async () => {
  for (const kv of opened.splice(0)) await kv.close();
});
function open(url: string) {
  const log = memoryLog();
  const { kv } = openStores(testConfig({ REDIS_URL: url }), { clock: systemClock, log });
  opened.push(kv);
  return { kv, log };
}

const support = (name: string) => JSON.stringify(fileURLToPath(new URL(`../support/${name}`, import.meta.url)));

/**
 * Writes and reads a value in a new process with `env`, because Node reads NODE_EXTRA_CA_CERTS when it starts. Resolves with
 * the value or the error's code.
 */
const writeAndRead = (env: Record<string, string>) =>
  new Promise<string>((resolve) => {
    const code = `
      import { memoryLog } from ${support('fakes/doubles.ts')};
      import { testConfig } from ${support('kits/config.ts')};
      import { openStores } from ${support('../../src/adapters/open-stores.ts')};
      import { systemClock } from ${support('../../src/adapters/system-clock.ts')};
      const { PATH, NODE_EXTRA_CA_CERTS, ...env } = process.env;
      const log = memoryLog();
      const { kv } = openStores(testConfig(env), { clock: systemClock, log });
      let said;
      while (said === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        said = log.lines.map(({ fields }) => fields?.error?.code).find(Boolean);
        if (await kv.ping().then(() => true, () => false)) {
          await kv.set('secured', 'yes', { ttlMs: 60_000 });
          said = await kv.get('secured');
        }
      }
      console.log(said);
      await kv.close();`;
    const run = ['--input-type=module', '--eval', code];
    execFile(process.execPath, run, { env: { PATH: process.env.PATH, ...env } }, (_error, stdout, stderr) =>
      resolve((stdout || stderr).trim()),
    );
  });

test('Redis over TLS: a certificate from NODE_EXTRA_CA_CERTS is trusted, by URL and by separate settings', async () => {
  const trusted = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
  expect(await writeAndRead({ ...trusted, REDIS_URL: `rediss://127.0.0.1:${port}` })).toBe('yes');
  const parts = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port), REDIS_TLS: 'true' };
  expect(await writeAndRead({ ...trusted, ...parts })).toBe('yes');
});

test('Redis over TLS: an untrusted certificate is refused, and the log says why', async () => {
  const { kv, log } = open(`rediss://127.0.0.1:${port}`);
  await expect
    .poll(() => log.lines.map(({ fields }) => fields?.error))
    .toContainEqual(expect.objectContaining({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }));
  await expect(kv.ping()).rejects.toThrow();
});

test('Redis over TLS: a certificate for another name is refused', async () => {
  const trusted = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
  const run = await writeAndRead({ ...trusted, REDIS_URL: `rediss://localhost:${port}` });
  expect(run).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('Redis over TLS: the client sends no clear text to a server without TLS', async () => {
  const firstBytes: number[] = [];
  const sockets = new Set<Socket>();
  const plain = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      firstBytes.push(data[0] ?? -1);
      socket.end('-ERR this server speaks no TLS\r\n');
    });
  });
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const { port: plainPort } = plain.address() as { port: number };
  for (const scheme of ['rediss', 'REDISS']) {
    const { kv } = open(`${scheme}://:a-password@127.0.0.1:${plainPort}`);
    const before = firstBytes.length;
    await expect.poll(() => firstBytes.length).toBeGreaterThan(before + 2);
    await expect(kv.ping()).rejects.toThrow();
  }
  // Only TLS handshake records (content type 22, RFC 8446 section 5.1).
  expect(new Set(firstBytes)).toEqual(new Set([0x16]));
  for (const socket of sockets) socket.destroy();
  plain.close();
});
