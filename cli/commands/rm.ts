/** `pharos rm`: deletes documents. */
import { json, remark } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { titleOf } from '../client/documents.ts';
import { plain, plainJson } from '../client/plain.ts';
import { type Command, UsageError } from '../command.ts';

export const rm: Command = {
  details: 'Asks before it deletes on a terminal, and needs --yes otherwise.',
  args: [{ name: 'ids', description: 'ids of documents', variadic: true }],
  options: { yes: { description: 'deletes without asking' }, json },
  run: async ({ args, options, terminal }) => {
    if (options.yes === undefined && !terminal.isInteractive)
      throw new UsageError('--yes: needed where there is no terminal to ask at');
    await withServer(async ({ pharos }) => {
      const ids = [...new Set(args)];
      const resources = await Promise.all(ids.map((id) => pharos.get('/resources/{id}', { params: { path: { id } } })));
      if (options.yes === undefined) {
        for (const resource of resources) remark({ options, terminal }, `  ${resource.id}  ${titleOf(resource)}`);
        const answer = await terminal.ask(
          `Delete ${resources.length === 1 ? 'this document' : `these ${resources.length} documents`}? [y/N] `,
        );
        if (!/^y(es)?$/i.test(answer.trim())) throw new Error('nothing was deleted');
      }
      const deleted: string[] = [];
      try {
        for (const { id } of resources) {
          await pharos.delete('/resources/{id}', { params: { path: { id } } });
          deleted.push(id);
          if (options.json === undefined) terminal.print(`deleted ${plain(id)}`);
        }
      } finally {
        // What was deleted is told where a later one fails, too.
        if (options.json !== undefined) terminal.print(plainJson({ deleted }));
      }
    });
  },
};
