/** Every English text of the console, by screen. A translation replaces these files. */

export { account } from './texts/account.ts';
export { add } from './texts/add.ts';
export { admin } from './texts/admin.ts';
export { connect } from './texts/connect.ts';
export { documentTexts } from './texts/document.ts';
export { keyboard } from './texts/keyboard.ts';
export { library } from './texts/library.ts';
export { login, recovery, register } from './texts/login.ts';
export { reference } from './texts/reference.ts';
export { search } from './texts/search.ts';
export { shell } from './texts/shell.ts';
