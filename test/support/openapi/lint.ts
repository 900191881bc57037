/** `npm run lint:openapi`: the document of the app under the recommended rules of Redocly and Spectral; a warning fails it too. */
import { openApiDocument } from './document.ts';
import { lintWithRedocly, lintWithSpectral } from './linters.ts';

// Redocly warns of a server on localhost.
const document = await openApiDocument('https://pharos.invalid');
const redocly = lintWithRedocly(document);
const spectral = await lintWithSpectral(document);
for (const problem of [...redocly, ...spectral]) console.error(problem);

const paths = Object.values((JSON.parse(document) as { paths: Record<string, object> }).paths);
const operations = paths.reduce((sum, methods) => sum + Object.keys(methods).length, 0);
console.log(`/openapi.json: ${operations} operations; problems: redocly ${redocly.length}, spectral ${spectral.length}`);
if (operations === 0 || redocly.length > 0 || spectral.length > 0) process.exitCode = 1;
