/** Texts of the screens before the login. */
import { sentence } from './sentence.ts';

const tooMany = (seconds: number) =>
  `Too many attempts. Try again in ${seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}.`;

/** Fields of the API, as a person calls them. */
const fieldNames: Readonly<Record<string, string>> = {
  email: 'e-mail address',
  current_password: 'password',
  new_password: 'password',
};

export const login = {
  title: 'Log in',
  username: 'Username',
  usernameHint: 'or your e-mail',
  email: 'E-mail',
  password: 'Password',
  submit: 'Log in',
  forgot: 'Forgot it?',
  or: 'or',
  providers: { google: 'Continue with Google', github: 'Continue with GitHub', oidc: 'Continue with OpenID' },
  noAccount: 'No account yet?',
  create: 'Create one',
  missing: {
    username: 'Enter your username or your e-mail address.',
    newUsername: 'Enter a username.',
    email: 'Enter your e-mail address.',
    password: 'Enter your password.',
    newPassword: 'Enter a password of 8 characters or more.',
  },
  wrong: 'Username or password is wrong.',
  tooMany,
  unreachable: 'The server did not answer. Try again in a minute.',
  cancelled: 'The login was cancelled. Nothing was changed.',
  refused: (detail: string) => `You are not logged in. ${sentence(detail)}`,
  /** `message`: what the server says of it, such as "is already taken". */
  refusedField: (field: string, message: string) =>
    sentence(/^\p{Lu}/u.test(message) ? message : `This ${fieldNames[field] ?? field} ${message}`),
};

export const register = {
  title: 'Create an account',
  first: 'Create the first account',
  firstText: 'This installation is empty. The first account becomes its admin if you create it on the machine itself.',
  usernameHint: '3 to 64 letters, digits, dots, hyphens or underscores.',
  emailHint: 'To reset the password, nothing else.',
  submit: 'Create the account',
  known: 'Have an account?',
  logIn: 'Log in',
  closed: 'This server takes no new accounts',
  closedText: 'Ask its admin for one, or log in to yours.',
  strength: [
    'Length matters more than signs: 8 characters at least.',
    'Too short: 8 characters at least.',
    'It will do. A longer one is better.',
    'Good. Length matters more than signs.',
    'Very good.',
  ],
};

export const recovery = {
  forgot: 'Reset the password',
  forgotText: 'We send a link to the address of your account.',
  send: 'Send the link',
  sent: 'Look into your mailbox',
  sentText: 'If an account has this address, a mail with a link is on its way to it. The link works for half an hour.',
  noMail: 'This server cannot send mail',
  noMailText: 'Ask its admin for help.',
  reset: 'Choose a new password',
  newPassword: 'New password',
  set: 'Set the password',
  done: 'Your new password is set',
  doneText: 'Everything that was connected with the old one is logged out.',
  verify: 'Confirm your e-mail address',
  verifyText: 'Enter the password of your account, so that we know that it is you.',
  confirm: 'Confirm the address',
  verified: 'Your address is confirmed',
  verifiedText: 'Providers with this address can log in to your account now.',
  incomplete: 'The link is not complete',
  incompleteText: 'Open it from the mail, or ask for another one.',
  again: 'Send another link',
  gone: 'This link was used already, or has expired.',
  askAgain: 'Ask for another one under Account.',
  logIn: 'Log in',
  back: 'Back to the login',
  toApp: 'Go on',
};
