/**
 * An authenticated, rate-limited GET, compared with bare Hono and other frameworks and limiters in interleaved rounds of one
 * run. `npm run bench:api`. The peers are installed into bench/.peers, each configured as its README says.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { startRedis } from '../test/support/servers/redis.ts';

const PEERS = {
  '@fastify/jwt': '10.2.8',
  '@fastify/rate-limit': '11.2.0',
  '@hono/node-server': '2.1.9',
  '@upstash/ratelimit': '2.2.0',
  '@upstash/redis': '1.39.0',
  autocannon: '9.0.0',
  express: '5.3.0',
  'express-jwt': '8.5.1',
  'express-rate-limit': '8.7.5',
  fastify: '5.12.8',
  hono: '4.13.19',
  'hono-rate-limiter': '0.5.4',
  ioredis: '6.0.0',
  jose: '6.2.18',
  'rate-limit-redis': '6.0.1',
};
const FOLDER = fileURLToPath(new URL('.peers/', import.meta.url));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = 3;
const CONNECTIONS = 64;

function installPeers(): void {
  mkdirSync(FOLDER, { recursive: true });
  const manifest = JSON.stringify({ name: 'peers', private: true, type: 'module', dependencies: PEERS });
  writeFileSync(`${FOLDER}package.json`, manifest);
  execFileSync('npm', ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', '--ignore-scripts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cpSync(new URL('api/peers/', import.meta.url), FOLDER, { recursive: true });
}

interface Server {
  readonly name: string;
  readonly process: ChildProcess;
  readonly url: string;
  readonly authorization: string;
}

async function start(name: string, program: string, token: string, env: Record<string, string>): Promise<Server> {
  const process_ = fork(program, [], { execArgv: [], env: { ...process.env, ...env } });
  const [{ port, authorization }] = (await once(process_, 'message')) as [{ port: number; authorization?: string }];
  return { name, process: process_, url: `http://127.0.0.1:${port}/bench`, authorization: authorization ?? `Bearer ${token}` };
}

async function cpuOf({ process }: Server): Promise<number> {
  process.send('cpu');
  const [{ cpu, failOpens = 0 }] = (await once(process, 'message')) as [{ cpu: number; failOpens?: number }];
  if (failOpens > 0) throw new Error('the store did not answer in time: these numbers are not its');
  return cpu;
}

const hasWrk = () => {
  try {
    execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p99: number;
}

async function output(command: string, args: string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 1 << 24 }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}

/** Any response but 200 is an error, because a refused request costs less. */
async function load({ url, authorization }: Server, seconds: number): Promise<Load> {
  const header = `Authorization: ${authorization}`;
  if (hasWrk()) {
    const text = await output('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', '-H', header, url]);
    if (/Non-2xx/.test(text))
      throw new Error(
        `${url}\n${(await (await fetch(url, { headers: { Authorization: authorization } })).text()).slice(0, 500)}\n${text}`,
      );
    const [, count = '0', time = '1'] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? [];
    const [, p99 = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
    return {
      requests: Number(count),
      seconds: Number(time),
      p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'],
    };
  }
  const args = [
    `${FOLDER}node_modules/autocannon/autocannon.js`,
    '-j',
    '-c',
    String(CONNECTIONS),
    '-d',
    String(seconds),
    '-H',
    header.replace(': ', '='),
    url,
  ];
  const result = JSON.parse(await output(process.execPath, args)) as {
    requests: { total: number };
    duration: number;
    non2xx: number;
    latency: { p99: number };
  };
  if (result.non2xx > 0) throw new Error(`${result.non2xx} responses were not 2xx`);
  return { requests: result.requests.total, seconds: result.duration, p99: result.latency.p99 };
}

if (!existsSync(`${FOLDER}node_modules/fastify`)) installPeers();
else cpSync(new URL('api/peers/', import.meta.url), FOLDER, { recursive: true });

const redis = await startRedis();
const key = new TextEncoder().encode('a benchmark key of at least thirty-two bytes');
const token = await new SignJWT({ user_id: 'u', username: 'ada', tier: 'free', scopes: ['search'], sid: 's', type: 'access' })
  .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
  .setSubject('ada')
  .setJti('j')
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(key);
const withRedis = { BENCH_REDIS: redis.url };
const peer = (file: string) => `${FOLDER}${file}.js`;
const pharos = fileURLToPath(new URL('api/pharos-server.ts', import.meta.url));
const servers = [
  await start('bare Hono, nothing else', peer('bare-hono'), token, {}),
  await start('Hono + hono/jwt + hono-rate-limiter (Redis)', peer('hono-rate-limiter'), token, withRedis),
  await start('Express 5 + express-jwt + express-rate-limit (Redis)', peer('express'), token, withRedis),
  await start('Fastify + @fastify/jwt + @fastify/rate-limit (Redis)', peer('fastify'), token, withRedis),
  await start('the same with its token cache', peer('fastify'), token, { ...withRedis, BENCH_CACHE: '1' }),
  await start('Hono + jose + @upstash/ratelimit (ioredis)', peer('upstash-ratelimit'), token, withRedis),
  await start('**Pharos (Redis)**', pharos, token, withRedis),
  await start('Pharos (in memory)', pharos, token, { BENCH_REDIS: '' }),
];

const rates = new Map<string, { rate: number; cpu: number; p99: number }[]>(servers.map(({ name }) => [name, []]));
for (const server of servers) await load(server, 2);
for (let round = 0; round < ROUNDS; round++) {
  for (const server of servers) {
    const before = await cpuOf(server);
    const { requests, seconds, p99 } = await load(server, SECONDS);
    rates.get(server.name)?.push({ rate: requests / seconds, cpu: ((await cpuOf(server)) - before) / requests, p99 });
  }
}
for (const { process } of servers) process.kill('SIGKILL');
await redis.stop();

/** The best round, because disturbances only make a round slower. */
const best = (name: string) => (rates.get(name) ?? []).reduce((a, b) => (b.rate > a.rate ? b : a));
const bare = best(servers[0]?.name ?? '');
console.log(`${CONNECTIONS} connections, best of ${ROUNDS} rounds of ${SECONDS} s, ${hasWrk() ? 'wrk' : 'autocannon'}\n`);
console.log('| server | requests/s | share of bare Hono | CPU added per request | p99 |\n|---|---|---|---|---|');
for (const { name } of servers) {
  const { rate, cpu, p99 } = best(name);
  console.log(
    `| ${name} | ${rate.toFixed(0)} | ${(rate / bare.rate).toFixed(2)} | ${(cpu - bare.cpu).toFixed(0)} us | ${p99.toFixed(1)} ms |`,
  );
}
const [ours, fastify] = [best('**Pharos (Redis)**'), best(servers[3]?.name ?? '')];
const bestPeer = Math.max(...servers.slice(1, 6).map(({ name }) => best(name).rate));
const against = (label: string, value: number, target: number) =>
  `${label}: ${value.toFixed(2)} (target ${target}${value >= target ? '' : ', MISSED'})`;
console.log(
  `\n${[
    against('share of bare Hono', ours.rate / bare.rate, 0.55),
    against('times the best peer', ours.rate / bestPeer, 1.8),
    against("times Fastify's default", ours.rate / fastify.rate, 2.5),
  ].join('\n')}`,
);
