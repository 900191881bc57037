/** Writes the pages that are generated from settings and commands; `--check` only reports whether they are up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandDocument } from './command-document.ts';
import { configurationDocument, environmentExample } from './configuration-document.ts';

const files = {
  'docs/configuration.md': configurationDocument(),
  '.env.example': environmentExample(),
  'docs/cli.md': await commandDocument(),
};
const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(files)) {
  if (!check) writeFileSync(path, content);
  else if (readFileSync(path, 'utf8') !== content) {
    console.error(`${path} is out of date: run npm run docs`);
    process.exitCode = 1;
  }
}
