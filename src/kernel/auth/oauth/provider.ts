/** What a login through somebody else needs of them. */

export const OAUTH_PROVIDERS = ['google', 'github', 'oidc'] as const;
export type OAuthProviderName = (typeof OAUTH_PROVIDERS)[number];

/** Whom the provider says has logged in. */
export interface OAuthIdentity {
  readonly provider: OAuthProviderName;
  /** Stable for ever; e-mails and names are not. */
  readonly subject: string;
  readonly email: string | null;
  /** The provider itself says that the address is theirs. */
  readonly emailVerified: boolean;
  /** What to call them, to be made unique. */
  readonly suggestedName: string | null;
}

/** What one login attempt keeps from its start to its callback. */
export interface OAuthAttempt {
  readonly state: string;
  /** PKCE, RFC 7636. */
  readonly codeVerifier: string;
  readonly nonce: string;
}

export interface OAuthProvider {
  readonly name: OAuthProviderName;
  /** Throws `upstream_failed` where the provider must be asked first and does not answer. */
  authorizationUrl(attempt: OAuthAttempt): Promise<URL>;
  /**
   * Exchanges the callback's code. Throws `invalid_request` for a code the provider refuses, `upstream_failed` where it
   * does not answer in time or not in its protocol.
   */
  identify(code: string, attempt: OAuthAttempt): Promise<OAuthIdentity>;
}

/** OAuth2 client settings, as registered at the provider. */
export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}
