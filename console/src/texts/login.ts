/** Texts of the login screen. */
export const login = {
  title: 'Log in',
  username: 'Username',
  usernameHint: 'or your e-mail',
  password: 'Password',
  submit: 'Log in',
  missing: { username: 'Enter your username or your e-mail address.', password: 'Enter your password.' },
  wrong: 'Username or password is wrong.',
  tooMany: (seconds: number) =>
    `Too many attempts. Try again in ${seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`}.`,
  unreachable: 'Not logged in: the server did not answer. Try again in a minute.',
};
