/** `pharos show`: what is known about a document. */
import { withServer } from '../client/connect.ts';
import { paintStatus } from '../client/documents.ts';
import { plain, plainJson, plainLines } from '../client/plain.ts';
import type { Command } from '../command.ts';

export const show: Command = {
  args: [{ name: 'id', description: 'id of the document' }],
  options: {
    text: { description: 'prints its text alone' },
    json: { description: 'prints the answer of the API' },
  },
  run: async ({ args: [id = ''], options, terminal }) => {
    const params = { path: { id }, ...(options.text === undefined ? {} : { query: { include: 'text' as const } }) };
    const resource = await withServer(({ pharos }) => pharos.get('/resources/{id}', { params }));
    if (options.json !== undefined) return terminal.print(plainJson(resource));
    if (options.text !== undefined) return terminal.print(plainLines(resource.text ?? ''));
    const { title, status, url, summary, keywords, authors, tags, error_message: error } = resource;
    const fields: Record<string, string | number | undefined> = {
      id: resource.id,
      status: paintStatus(terminal, status).trimEnd(),
      error: error && plain(error),
      address: url && plain(url),
      file: resource.filename && plain(resource.filename),
      type: resource.content_type && plain(resource.content_type),
      authors: authors.map(plain).join(', '),
      published: resource.published_at && plain(resource.published_at),
      language: resource.language && plain(resource.language),
      category: resource.category && plain(resource.category),
      quality: resource.quality_score?.toFixed(2),
      words: resource.word_count,
      tags: tags.map(plain).join(', '),
      keywords: keywords.map(plain).join(', '),
      added: resource.created_at,
      summary: summary && plain(summary),
    };
    terminal.print(terminal.paint('bold', plain(title ?? 'untitled')));
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined && value !== '') terminal.print(`${terminal.paint('dim', name.padEnd(10))} ${value}`);
    }
  },
};
