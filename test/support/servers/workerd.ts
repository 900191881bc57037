/** Pharos on workerd, as wrangler.toml describes it and as `wrangler deploy` bundles it, on a free port. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestHarness } from 'wrangler';
import { noteOutput } from '../kits/secrets.ts';
import { workersBundle } from '../kits/workers-bundle.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Workerd {
  readonly url: string;
  /** Starts the Worker anew with other settings, in the same workerd: several times as quick as another workerd. */
  configure(settings: Settings): Promise<void>;
  /** Fires the cron trigger and resolves when its work is done. */
  cron(at?: Date): Promise<void>;
  /** What the Worker printed, newest last. */
  logs(): string;
  /** How many sockets the Durable Objects of the progress channels hold. */
  listeners(): Promise<number>;
  close(): Promise<void>;
}

/** The part of the binding that is used here; its own types need Workers' globals. */
interface HubNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { listeners(): Promise<number> };
}

const HUBS = Array.from({ length: 8 }, (_, hub) => `hub-${hub}`);

type Settings = Readonly<Record<string, string>>;

/** `settings` take the place of variables and secrets. PUBLIC_URL becomes the address that the Worker listens on. */
export async function startWorkerd(
  settings: (url: string) => Settings,
  { hyperdrive }: { hyperdrive?: string } = {},
): Promise<Workerd> {
  const configPath = hyperdrive === undefined ? './wrangler.toml' : await withHyperdrive(hyperdrive);
  const prebuiltWorkerDir = await workersBundle(ROOT);
  const worker = (vars: Settings) => ({
    root: ROOT,
    workers: [{ configPath, prebuiltWorkerDir, vars: { ...vars } }],
  });
  // The harness takes any free port, so the address is known, and set, once it listens.
  const server = createTestHarness(worker({}));
  const { url } = await server.listen();
  const publicUrl = url.href.replace(/\/$/, '');
  await server.update(worker({ PUBLIC_URL: publicUrl, ...settings(publicUrl) }));
  const pharos = server.getWorker<{ PROGRESS_HUB: HubNamespace }>();
  const logs = () =>
    server
      .getLogs()
      .map(({ message }) => message)
      .join('\n');
  return {
    url: publicUrl,
    configure: async (changed) => {
      noteOutput(logs());
      server.clearLogs();
      await server.update(worker({ PUBLIC_URL: publicUrl, ...changed }));
    },
    cron: async (at = new Date()) => {
      await pharos.scheduled({ scheduledTime: at, cron: '* * * * *' });
    },
    logs,
    listeners: async () => {
      const { PROGRESS_HUB: hub } = await pharos.getEnv();
      const counts = await Promise.all(HUBS.map((name) => hub.get(hub.idFromName(name)).listeners()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close: async () => {
      noteOutput(logs());
      await server.close();
    },
  };
}

/** Writes a wrangler.toml with a Hyperdrive binding and returns its path. */
async function withHyperdrive(localConnectionString: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-hyperdrive-'));
  const given = await readFile(join(ROOT, 'wrangler.toml'), 'utf8');
  const binding = [
    '[[hyperdrive]]',
    'binding = "HYPERDRIVE"',
    'id = "local"',
    `localConnectionString = "${localConnectionString}"`,
  ];
  const config = given.replace(/^(main|directory) = "/gm, `$1 = "${ROOT}`);
  const path = join(folder, 'wrangler.toml');
  await writeFile(path, [config, ...binding, ''].join('\n'));
  return path;
}
