/** The admin screen: charts, health, models, jobs that gave up, accounts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, shoot } from './support/check-page.ts';
import { type Account, type ConsoleUnderTest, startConsole } from './support/console.ts';

let console_: ConsoleUnderTest;
let keeper: Account;
let reader: Account;
beforeAll(async () => {
  console_ = await startConsole();
  keeper = await console_.account('keeper');
  reader = await console_.account('reading-room');
  await console_.makeAdmin(keeper);
});
afterAll(() => console_?.close());

const openAdmin = async () => {
  const page = await console_.open({ account: keeper, path: '/app/admin' });
  await page.getByRole('heading', { name: 'Admin', level: 1 }).waitFor();
  return page;
};

/** A document whose file cannot be read: its job is dead at once. */
async function addBroken(): Promise<string> {
  const content = new Blob(['%PDF-1.7 and nothing that a PDF has'], { type: 'application/pdf' });
  const { id } = await reader.client.upload(content, { filename: 'torn-chart.pdf' });
  await expect
    .poll(async () => (await keeper.client.get('/admin/jobs', {})).jobs.map(({ resource_id }) => resource_id))
    .toContain(id);
  return id;
}

test('admin: charts show values by keyboard, health names every part, and the period changes what is read', async () => {
  const page = await openAdmin();
  const slider = page.getByRole('slider', { name: /^Requests over time/ });
  await slider.waitFor();
  await page.locator('.chart__plot canvas').nth(3).waitFor();
  await slider.focus();
  const newest = await slider.getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('46');
  expect(await slider.getAttribute('aria-valuetext')).not.toBe(newest);
  await page.keyboard.press('Home');
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d: 0 a minute$/);
  const box = await slider.boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 6, (box?.y ?? 0) + 30);
  await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('47');
  await page.getByRole('button', { name: '1 h' }).click();
  await page.getByText('All libraries · last hour').waitFor();
  await expect.poll(() => slider.getAttribute('aria-valuemax')).toBe('59');
  expect(await page.getByRole('table', { name: 'Charts of the last hour as a table' }).getByRole('row').count()).toBe(61);
  const health = page.getByRole('region', { name: 'Health' });
  for (const part of ['Database', 'Key-value store', 'Queue', 'Worker']) await health.getByText(part).waitFor();
  await page.getByRole('region', { name: 'Model' }).getByText('In use').waitFor();
  console_.expectQuiet();
});

test('admin: a dead job is listed by its document and reason, and is retried', async () => {
  await addBroken();
  const page = await openAdmin();
  const row = page.getByRole('row', { name: /torn-chart\.pdf/ });
  await row.waitFor();
  await page.locator('.chart__plot canvas').nth(3).waitFor();
  await expectAccessible(page);
  await shoot(page, 'admin');
  // No table has a bar to scroll by the pixel of a name that is there to be heard.
  const sizes = await page.locator('.scroll').evaluateAll((parts) => parts.map((part) => part.scrollWidth - part.clientWidth));
  expect(sizes).toEqual(sizes.map(() => 0));
  expect(await row.getByRole('cell').nth(1).textContent()).toBe('Ingestion');
  await row.getByRole('button', { name: 'Retry torn-chart.pdf' }).click();
  await page.getByText('In the queue again.').waitFor();
  await expect.poll(async () => (await keeper.client.get('/admin/jobs', {})).jobs.length).toBe(1);
  await page.reload();
  await row.waitFor();
  await page.getByRole('button', { name: 'Retry all 1' }).click();
  await page.getByText('1 job is in the queue again.').waitFor();
  console_.expectQuiet();
});

test('admin: accounts are filtered, deactivated and activated by Undo, and get another tier', async () => {
  const page = await openAdmin();
  await page.getByLabel('Filter users').fill('READING');
  const users = page.getByRole('table').filter({ hasText: 'Username' });
  await expect.poll(() => users.getByRole('row').count()).toBe(2);
  const cells = users.getByRole('row', { name: /reading-room/ }).getByRole('cell');
  const { total } = await reader.client.get('/resources', { params: { query: { total: 'true' } } });
  expect(await cells.nth(3).textContent()).toBe(String(total));
  expect(await cells.nth(4).textContent()).toMatch(/now$|ago$/);
  await users.getByRole('button', { name: 'Deactivate reading-room' }).click();
  await page.getByText('Deactivated reading-room. All sessions have ended.').waitFor();
  await users.getByRole('button', { name: 'Activate reading-room' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await users.getByRole('button', { name: 'Deactivate reading-room' }).waitFor();
  await users.getByLabel('Tier of reading-room').selectOption('premium');
  await page.getByText('reading-room is premium now.').waitFor();
  const listed = await keeper.client.get('/admin/users', { params: { query: { q: 'reading' } } });
  expect(listed.users).toMatchObject([{ username: 'reading-room', tier: 'premium', active: true }]);
  await page.getByLabel('Filter users').fill('keeper');
  await users.getByText('This is you').waitFor();
  expect(await users.getByLabel('Tier of keeper').isDisabled()).toBe(true);
  await page.getByLabel('Filter users').fill('service');
  await users.getByText('Master key').waitFor();
  expect(await users.getByLabel('Tier of service').isDisabled()).toBe(true);
  expect(await users.getByRole('button').count()).toBe(0);
  await page.getByLabel('Filter users').fill('nobody at all');
  await page.getByText('No username or address contains “nobody at all”.').waitFor();
  await expectAccessible(page);
  console_.expectQuiet();
});

test('admin: who is no admin sees why the page is empty, and no entry in the rail', async () => {
  const visitor = await console_.account('visitor');
  const page = await console_.open({ account: visitor, path: '/app/admin' });
  await page.getByRole('heading', { name: 'This page is for admins' }).waitFor();
  expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Admin' }).count()).toBe(0);
  await expectAccessible(page);
  console_.expectQuiet();
});
