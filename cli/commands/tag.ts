/** `pharos tag`: adds tags to a document, or takes them away. */
import { answer, jsonOfApi } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const tag: Command = {
  args: [
    { name: 'id', description: 'id of the document' },
    { name: 'tags', description: 'tags to add', variadic: true },
  ],
  options: { remove: { description: 'takes the tags away' }, json: jsonOfApi },
  examples: ['01900000-0000-7000-8000-000000000001 reading winter'],
  run: async ({ args: [id = '', ...named], options, terminal }) => {
    await withServer(async ({ pharos }) => {
      const params = { path: { id } };
      const { tags } = await pharos.get('/resources/{id}', { params });
      const others = tags.filter((each) => !named.includes(each));
      const changed = options.remove === undefined ? [...tags, ...new Set(named.filter((each) => !tags.includes(each)))] : others;
      const resource = await pharos.patch('/resources/{id}', { params, body: { tags: changed } });
      answer({ options, terminal }, resource, `tags: ${resource.tags.map(plain).join(', ') || 'none'}`);
    });
  },
};
