// @ts-check
/**
 * Mends packages in node_modules whose fault has no release that mends it (docs/decisions/0016). `npm ci`, a build and a test
 * run call it; a package that is mended already stays as it is. Plain JavaScript: it runs before anything is built.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const MODULES = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');

/** @typedef {readonly [before: string, after: string]} Change */

/**
 * postgres.js when a connection closes. It forgets what was still to be written, it rejects every query it had, and a
 * transaction whose connection has closed sends nothing more: neither to a socket that is gone nor on the connection that
 * took its place.
 * @type {readonly Change[]}
 */
const CONNECTION = [
  [
    `    if (q.cancelled)
      return
`,
    `    if (q.cancelled)
      return

    if (socket === null) {
      queryError(q, Errors.connection('CONNECTION_CLOSED', options))
      return true
    }
`,
  ],
  [
    `  function write(x, fn) {
`,
    `  function write(x, fn) {
    if (socket === null)
      return true

`,
  ],
  [
    `    incomings = null
    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
    `    incomings = null
    clearImmediate(nextWriteTimer)
    nextWriteTimer = chunk = null
    socket.removeListener('data', data)
`,
  ],
  [
    `    if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
`,
    `    if (initial)
      return reconnect();

    (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = null
`,
  ],
];

/** @type {readonly Change[]} */
const POOL = [
  [
    `    move(c, reserved)
    c.reserved = () => queue.length
`,
    `    let lost = null
    c.onclose = (e) => {
      lost = e
      while (queue.length)
        queue.shift().reject(e)
    }
    move(c, reserved)
    c.reserved = () => queue.length
`,
  ],
  [
    `    sql.release = () => {
      c.reserved = null
`,
    `    sql.release = () => {
      if (lost)
        return
      c.onclose = null
      c.reserved = null
`,
  ],
  [
    `    function handler(q) {
      c.queue === full
        ? queue.push(q)
`,
    `    function handler(q) {
      if (lost)
        return q.reject(lost)
      c.queue === full
        ? queue.push(q)
`,
  ],
  [
    `      , connection
      , prepare = null
`,
    `      , connection
      , prepare = null
      , lost = null
`,
  ],
  [
    `        new Promise((_, reject) => connection.onclose = reject)
`,
    `        new Promise((_, reject) => connection.onclose = (e) => {
          lost = e
          while (queries.length)
            queries.shift().reject(e)
          reject(e)
        })
`,
  ],
  [
    `        q.catch(e => uncaughtError || (uncaughtError = e))
        c.queue === full
`,
    `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(lost)
        c.queue === full
`,
  ],
];

/** Of each package the version that the changes were made for, and the changes by file. */
const PATCHES = {
  postgres: {
    version: '3.4.9',
    files: {
      'src/connection.js': CONNECTION,
      'src/index.js': POOL,
      'cf/src/connection.js': CONNECTION,
      'cf/src/index.js': POOL,
    },
  },
};

/**
 * The text with every change made; the same text where all were made before. Throws where a change fits neither way.
 * @param {string} text
 * @param {readonly Change[]} changes
 */
export function patched(text, changes) {
  return changes.reduce((result, [before, after]) => {
    if (result.includes(after)) return result;
    if (result.split(before).length !== 2) throw new Error(`expected once: ${before.trim().split('\n')[0]}`);
    return result.replace(before, () => after);
  }, text);
}

/** Throws an Error that names the package, where it is another version or has other text than expected. */
export function patchPackages(folder = MODULES) {
  for (const [name, { version, files }] of Object.entries(PATCHES)) {
    const found = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
    const fail = (/** @type {string} */ reason) =>
      new Error(`${name} ${found} cannot be patched (${reason}): revise build/patch-packages.js, which was made for ${version}`);
    if (found !== version) throw fail('another version');
    for (const [file, changes] of Object.entries(files)) {
      const path = join(folder, name, file);
      const text = readFileSync(path, 'utf8');
      let result = text;
      try {
        result = patched(text, changes);
      } catch (error) {
        throw fail(`${file}: ${error instanceof Error ? error.message : error}`);
      }
      if (result === text) continue;
      // In one step, because other processes may be reading the file.
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, result);
      renameSync(temporary, path);
    }
  }
}
