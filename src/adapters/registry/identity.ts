/** How to prove who we are to one registry. `from` says where it was found, for messages; the rest is secret. */
export type Credentials = { readonly from: string } & (
  | { readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, which the token server exchanges (distribution auth/oauth.md). */
  | { readonly identityToken: string; readonly username?: string }
  /** Sent to the registry as it is. */
  | { readonly registryToken: string }
)

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** `user robot from /etc/docker/config.json`: never the secret. */
export function describeCredentials(credentials: Credentials | undefined): string {
  if (!credentials) return 'no credentials'
  if ('registryToken' in credentials) return `the registry token from ${credentials.from}`
  if ('identityToken' in credentials) return `the identity token from ${credentials.from}`
  return `user ${credentials.username} from ${credentials.from}`
}
