/**
 * Preloaded with `--import`: halves the time a process takes to start.
 *
 * For each module it loads, Node reads the package.json above it to learn the module's format, and drizzle-orm's has
 * 179 KB, read some 150 times: a second in all. Its files are ES modules and name one another by relative paths, so
 * for those nothing needs to be looked up. Without this everything works the same, later.
 */
import { registerHooks } from 'node:module';

const SLOW_PACKAGE = '/node_modules/drizzle-orm/';

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context;
    if (!specifier.startsWith('.') || !parentURL?.includes(SLOW_PACKAGE) || !parentURL.endsWith('.js')) {
      return next(specifier, context);
    }
    return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
  },
});
