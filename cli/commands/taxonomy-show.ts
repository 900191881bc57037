/** `pharos taxonomy show`: the tree of categories. */
import type { components } from '../../clients/typescript/src/index.ts';
import { jsonOfApi } from '../answer.ts';
import { withServer } from '../client/connect.ts';
import { plain, plainJson } from '../client/plain.ts';
import type { Command } from '../command.ts';

type Category = components['schemas']['Category'];

export const showTaxonomy: Command = {
  details: 'A line has the label of a category and its id. With --json, "taxonomy replace" takes what it prints.',
  options: { json: jsonOfApi },
  run: async ({ options, terminal }) => {
    const taxonomy = await withServer(({ pharos }) => pharos.get('/taxonomy'));
    if (options.json !== undefined) return terminal.print(plainJson(taxonomy));
    if (taxonomy.categories.length === 0) return terminal.print('There are no categories.');
    for (const line of linesOf(taxonomy.categories, '')) terminal.print(line);
  },
};

const linesOf = (categories: readonly Category[], indent: string): string[] =>
  categories.flatMap(({ id, label, children }) => [
    `${indent}${plain(label)}  ${plain(id)}`,
    ...linesOf(children, `${indent}  `),
  ]);
