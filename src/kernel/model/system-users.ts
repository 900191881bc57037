/** The users behind the master key and TEST_MODE. No account can have such a name, because it contains a colon. */
export const systemUserKey = (name: string) => `pharos:${name}`;

/**
 * System users have no credentials of their own: an API key or a session of one was made by an earlier version, and outlives
 * TEST_MODE or a rotated master key.
 */
export const isSystemUser = ({ usernameKey }: { readonly usernameKey: string }) => usernameKey.startsWith(systemUserKey(''));
