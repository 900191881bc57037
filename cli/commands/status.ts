/** `pharos status`: how far documents are. */
import type { Client, Resource, ResourceProgress } from '../../clients/typescript/src/index.ts';
import { withServer } from '../client/connect.ts';
import { progressLine, titleOf } from '../client/documents.ts';
import { followAll } from '../client/follow.ts';
import { plainJson } from '../client/plain.ts';
import { numberOf } from '../client/values.ts';
import type { Command } from '../command.ts';

export const status: Command = {
  details: 'Exits with 1 if a document that was followed failed.',
  args: [{ name: 'ids', description: 'ids of documents; the newest if none is given', optional: true, variadic: true }],
  options: {
    follow: { description: 'shows every change until the documents have ended' },
    limit: { value: 'number', description: 'newest documents to show, up to 100; 20 by default' },
    json: { description: 'prints one JSON object for each document or change' },
  },
  examples: ['', '--follow', '01900000-0000-7000-8000-000000000001 --json'],
  run: async ({ args, options, terminal }) => {
    const limit = numberOf('--limit', options.limit ?? '20', 1, 100);
    await withServer(async ({ pharos }) => {
      const resources = args.length > 0 ? await Promise.all(args.map((id) => readOne(pharos, id))) : await newest(pharos, limit);
      const names = new Map(resources.map((resource) => [resource.id, titleOf(resource)]));
      const failed = new Set<string>();
      const print = (progress: ResourceProgress) => {
        if (progress.overall_status === 'failed') failed.add(progress.resource_id);
        else failed.delete(progress.resource_id);
        const name = names.get(progress.resource_id) ?? '';
        terminal.print(options.json === undefined ? progressLine(terminal, progress, name) : plainJson(progress));
      };
      const progressOf = (id: string) => pharos.get('/resources/{id}/progress', { params: { path: { id } } });
      const isOver = ({ status: state }: Resource) => state === 'completed' || state === 'failed';
      if (options.follow === undefined) {
        for (const { id } of resources) print(await progressOf(id));
        return;
      }
      for (const { id } of args.length > 0 ? resources.filter(isOver) : []) print(await progressOf(id));
      const open = resources.filter((resource) => !isOver(resource)).map(({ id }) => id);
      await followAll(pharos, open, print);
      if (failed.size > 0) throw new Error(`${failed.size} of ${resources.length} documents failed`);
    });
  },
};

const readOne = (pharos: Client, id: string) => pharos.get('/resources/{id}', { params: { path: { id } } });

const newest = async (pharos: Client, limit: number): Promise<Resource[]> =>
  (await pharos.get('/resources', { params: { query: { limit } } })).resources;
