/** `pharos taxonomy replace`: a tree of categories from a file in place of the present one. */
import { readFile } from 'node:fs/promises';
import type { components } from '../../clients/typescript/src/index.ts';
import { answer, jsonOfApi } from '../answer.ts';
import { callOf } from '../call.ts';
import { withServer } from '../client/connect.ts';
import { type Command, UsageError } from '../command.ts';

type Given = components['schemas']['TaxonomyReplace'];

export const replaceTaxonomy: Command = {
  details:
    'Needs an admin. The file is JSON as "taxonomy show --json" prints it; every document is categorised anew, in the background.\n' +
    'Where the taxonomy has changed since the version in the file, nothing is replaced, unless --force is given. A document keeps\n' +
    'its category as long as the id stays.',
  args: [{ name: 'file', description: 'file with the whole tree' }],
  options: { force: { description: 'replaces whatever version there is' }, json: jsonOfApi },
  examples: ['taxonomy.json'],
  run: async ({ args: [file = ''], options, terminal }) => {
    const { version, categories } = await readTree(file);
    const body: Given = { categories, ...(options.force === undefined && version !== undefined ? { version } : {}) };
    const replaced = await withServer(({ pharos }) => pharos.put('/taxonomy', { body }));
    const { documents, uncategorised, corrections } = replaced;
    const lost = corrections === 0 ? '' : `, ${corrections} of which a person had filed there`;
    const gone = uncategorised === 0 ? [] : [`the category of ${uncategorised} documents is gone${lost}`];
    answer({ options, terminal }, replaced, `version ${replaced.version}, ${documents} documents are categorised anew`, ...gone);
  },
};

/** The server checks all else, and names the place of what is wrong. */
async function readTree(file: string): Promise<Given> {
  let tree: unknown;
  try {
    tree = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}`);
  }
  if (typeof tree !== 'object' || tree === null || !('categories' in tree)) {
    throw new UsageError(`${file}: has no "categories"; "${callOf('taxonomy show')} --json" prints an example`);
  }
  return tree as Given;
}
