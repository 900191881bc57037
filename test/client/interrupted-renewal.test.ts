/** A signal while the command line renews its login: the server has used up the old token already. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

let server: Server;
let url: string;
let home: string;
/** Called when the request for new tokens has arrived; its response follows when it resolves. */
let onRefresh: () => Promise<void>;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    if (request.url !== '/auth/refresh') return void response.writeHead(401).end();
    await onRefresh();
    const tokens = { access_token: 'new-access', refresh_token: 'new-refresh', token_type: 'bearer', expires_in: 1_800 };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(tokens));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  home = await mkdtemp(join(tmpdir(), 'pharos-renewal-'));
  await mkdir(join(home, 'pharos'));
  const stored = { [url]: { accessToken: 'old-access', refreshToken: 'old-refresh', expiresAt: 1 } };
  await writeFile(join(home, 'pharos/logins.json'), JSON.stringify(stored));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs `pharos status`, and calls `interrupt` while the server makes new tokens. Resolves with the signal that ended it. */
async function runInterrupted(interrupt: (signal: (name: NodeJS.Signals) => void, ended: Promise<unknown>) => Promise<void>) {
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, PHAROS_URL: url };
  const child = spawn(process.execPath, ['bin/pharos.js', 'status'], { env, stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  onRefresh = () => interrupt((name) => child.kill(name), ended);
  const [, signal] = await ended;
  const stored = JSON.parse(await readFile(join(home, 'pharos/logins.json'), 'utf8'));
  return { signal, refreshToken: stored[url].refreshToken };
}

test.each(['SIGINT', 'SIGTERM'] as const)('renewal: %s ends the process after the new tokens are stored', async (name) => {
  const ran = await runInterrupted(async (send, ended) => {
    send(name);
    // A process that the signal ends has the time to end.
    await Promise.race([ended, sleep(1_000)]);
  });
  expect(ran).toEqual({ signal: name, refreshToken: 'new-refresh' });
});

test('renewal: a second signal ends the process at once', async () => {
  const ran = await runInterrupted(async (send, ended) => {
    send('SIGINT');
    // Two signals at the same time are one.
    await sleep(300);
    send('SIGTERM');
    await ended;
  });
  expect(ran).toEqual({ signal: 'SIGTERM', refreshToken: 'old-refresh' });
});
