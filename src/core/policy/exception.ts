import type { Scope } from './policy.ts'

/**
 * A permission: what it names decides nothing in the images of its scope until it ends. It is as wide as it says and no
 * wider: it holds for an image only if every place where that lies is in the scope.
 */
export interface Exception {
  /** Its name. */
  readonly id: string
  /** Ids of vulnerabilities, as they are, aliases too. */
  readonly vulnerabilities: readonly string[]
  /** Names or purls (with or without version) of the packages in which they are excepted; empty: in any. */
  readonly packages: readonly string[]
  /** Ids of benchmark checks. */
  readonly checks: readonly string[]
  /** Secrets by rule and path pattern. */
  readonly secrets: readonly { readonly rule: string; readonly path: string }[]
  /** Empty: everywhere. */
  readonly scopes: readonly Scope[]
  readonly reason: string
  /** Who answers for it: a team, an address. */
  readonly owner: string
  /** RFC 3339. */
  readonly from: string
  /** RFC 3339: from then on it is over. Null only for VEX statements. */
  readonly until: string | null
  /** Who approved it; null: it waits, and decides nothing. */
  readonly approvedBy: string | null
  /** `vex`: a supplier's or our own statement that the product is not affected. */
  readonly by: 'exception' | 'vex'
  /** Of VEX: `not_affected` or `fixed`, and OpenVEX's justification. */
  readonly status: string | null
  readonly justification: string | null
}
