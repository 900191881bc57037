/** The port to a login provider. */

export const OAUTH_PROVIDERS = ['google', 'github', 'oidc'] as const;
export type OAuthProviderName = (typeof OAUTH_PROVIDERS)[number];

/** The user as the provider describes them. */
export interface OAuthIdentity {
  readonly provider: OAuthProviderName;
  /** The provider's permanent id of the user; e-mail addresses and names can change. */
  readonly subject: string;
  readonly email: string | null;
  /** Whether the provider states that the address is verified. */
  readonly emailVerified: boolean;
  /** A name to derive a unique username from. */
  readonly suggestedName: string | null;
}

/** The secrets of one login attempt, kept from its start to its callback. */
export interface OAuthAttempt {
  readonly state: string;
  /** PKCE, RFC 7636. */
  readonly codeVerifier: string;
  readonly nonce: string;
}

export interface OAuthProvider {
  readonly name: OAuthProviderName;
  /** Throws `upstream_failed` if the provider's discovery document is needed and cannot be fetched. */
  authorizationUrl(attempt: OAuthAttempt): Promise<URL>;
  /**
   * Exchanges the callback's code. Throws `invalid_request` for a code that the provider refuses, `upstream_failed`
   * if the provider misses the deadline or violates its protocol.
   */
  identify(code: string, attempt: OAuthAttempt): Promise<OAuthIdentity>;
}

/** The OAuth 2.0 client as registered at the provider. */
export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}
