/** Writes docs/configuration.md and .env.example from the settings' own descriptions; `--check` only says whether they are current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { configurationDocument, environmentExample } from './configuration-document.ts';

const files = { 'docs/configuration.md': configurationDocument(), '.env.example': environmentExample() };
const check = process.argv.includes('--check');
for (const [path, content] of Object.entries(files)) {
  if (!check) writeFileSync(path, content);
  else if (readFileSync(path, 'utf8') !== content) {
    console.error(`${path} is stale: run npm run docs`);
    process.exitCode = 1;
  }
}
