/**
 * The first module of the page, a few kilobytes: it runs while the others are on their way, and sends what they would wait for.
 * The build puts it into a file of its own (vite.config.ts).
 */
import '../api/begun.ts';
import { askForScreen } from './screens.ts';

askForScreen(location.pathname);
