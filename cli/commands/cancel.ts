/** `pharos cancel`: stops the processing of documents. */
import { json } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain, plainJson } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const cancel: Command = {
  details:
    'Stages that are done stay, and the document stays, too: "rm" deletes it. "ingest" of the same file, or "reprocess" at the\n' +
    'API, processes it again.',
  args: [{ name: 'ids', description: 'ids of documents that are being processed', variadic: true }],
  options: { json },
  examples: ['01900000-0000-7000-8000-000000000001'],
  run: async ({ args, options, terminal }) => {
    await withServer(async ({ pharos }) => {
      const stopped: string[] = [];
      try {
        for (const id of new Set(args)) {
          await pharos.post('/resources/{id}/cancel', { params: { path: { id } } });
          stopped.push(id);
          if (options.json === undefined) terminal.print(`stopped ${plain(id)}`);
        }
      } finally {
        // What was stopped is told where a later one fails, too.
        if (options.json !== undefined) terminal.print(plainJson({ stopped }));
      }
    });
  },
};
