/**
 * A registry notification in one form, whatever registry sent it. A hint only: what it names is resolved against the
 * registry before anything is believed.
 */
export type Notification =
  | { readonly action: 'push'; readonly push: Push }
  /** `digest` gone, or (without it) the tag gone, or (without both) the whole repository gone. */
  | { readonly action: 'delete'; readonly repository: string; readonly tag?: string; readonly digest?: string }
  /**
   * A signature: `push.digest` is what was signed, where the signature's tag tells, else its own manifest, which tells. `reason` is
   * what it is ignored for where nobody looks for signatures.
   */
  | { readonly action: 'signature'; readonly push: Push; readonly reason: string }
  /** Valid but of no interest: a pull, a blob, a scan result, our own write-back. `reason` is a metric label: few, short words. */
  | { readonly action: 'ignored'; readonly reason: string }

export interface Push {
  /** Where the sender names it; a push to another host than the registry's own is dropped. */
  readonly host?: string
  /** Path without host. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
  readonly mediaType?: string
  /** User or robot that pushed, where the sender says so. */
  readonly actor?: string
}
