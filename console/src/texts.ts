/** Every English text of the console, by screen. A translation replaces these files. */
export { login } from './texts/login.ts';
export { shell } from './texts/shell.ts';
