/**
 * Documents are added while the connection fails in every way: nothing is lost, nothing is done twice, nothing is stuck.
 * `PHAROS_OUTAGE_ROUNDS=20` goes on for ten minutes; one round of each kind is run otherwise.
 */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../clients/typescript/src/index.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

const ROUNDS = Number(process.env.PHAROS_OUTAGE_ROUNDS ?? 1);
const READY_MS = 100_000;

let console_: ConsoleUnderTest;
let keeper: Account;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
});
afterAll(() => console_?.close());

interface Outage {
  readonly name: string;
  begin(page: Page): Promise<unknown>;
  end(page: Page): Promise<unknown>;
}

const EVENTS = /\/progress\/events/;
const nothing = async () => undefined;

const OUTAGES: readonly Outage[] = [
  { name: 'events', begin: (page) => page.route(EVENTS, (route) => route.abort()), end: (page) => page.unroute(EVENTS) },
  { name: 'server', begin: () => console_.stopServer(), end: () => console_.startServer() },
  { name: 'offline', begin: (page) => page.context().setOffline(true), end: (page) => page.context().setOffline(false) },
  { name: 'token', begin: expireToken, end: nothing },
];

/** The server refuses the present access token once, as it does one that has expired. */
async function expireToken(page: Page): Promise<void> {
  const used = new Set<string>();
  await page.route(/\/(?:resources|progress)\b/, async (route) => {
    const token = (await route.request().headerValue('authorization')) ?? '';
    if (used.size > 0 && !used.has(token)) return await route.fallback();
    used.add(token);
    const problem = {
      type: 'urn:pharos:problem:unauthorized',
      title: 'Unauthorized',
      status: 401,
      detail: 'The token has expired',
    };
    await route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(problem) });
  });
}

/** Sentences that no other document has. */
const textOf = (name: string) =>
  `Journal ${name}. The keeper noted the weather, the oil and the hours of the light. Entry ${name} closes with the count of the glasses.`;

async function add(page: Page, name: string): Promise<void> {
  await page.getByLabel('Paste text or addresses').fill(textOf(name));
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: `Journal ${name}.` })
    .waitFor();
}

/** Its title is the first words of the text, and the first sentence once the document was read. */
const rowOf = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: new RegExp(`Journal ${name}\\b`) });

const isReady = (page: Page, name: string) =>
  rowOf(page, name).getByRole('link', { name: /^Open/ }).waitFor({ timeout: READY_MS });

test(
  'outages: documents added before and during each of them are ready in the end, each once',
  async () => {
    const page = await console_.open({ account: keeper, path: '/app/add' });
    await page.getByRole('heading', { name: 'Add documents' }).waitFor();
    const names: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      for (const outage of OUTAGES) {
        const [before, during] = [`${outage.name} before ${round}`, `${outage.name} during ${round}`];
        names.push(before, during);
        await add(page, before);
        await outage.begin(page);
        await add(page, during);
        await sleep(2_000);
        await outage.end(page);
        await isReady(page, before);
        await isReady(page, during);
        await page
          .getByText(/Connection lost|You are offline/)
          .first()
          .waitFor({ state: 'detached' });
        if (outage.name === 'token') await page.unrouteAll();
      }
    }
    const stored: Resource[] = [];
    for await (const resource of keeper.client.resources()) stored.push(resource);
    const texts = await Promise.all(stored.map(({ id }) => keeper.client.text(id)));
    expect(texts.map((text) => text.trim()).sort()).toEqual(names.map(textOf).sort());
    expect(stored.map(({ status }) => status)).toEqual(names.map(() => 'completed'));
    console_.expectQuiet(/Failed to load resource/);
  },
  // A guard against a test that hangs, on a machine of any speed.
  600_000 * ROUNDS,
);
