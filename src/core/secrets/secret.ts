/** Something that grants access and lies in an image for everybody to read. Its text is never kept: only `redacted`. */
export interface Secret {
  /** Id of the rule that found it, `private-key`. */
  readonly rule: string
  readonly title: string
  readonly where: 'file' | 'env' | 'label' | 'history'
  /** Of a file its path, without leading slash; else the variable's or label's name, or `#3` for the third build instruction. */
  readonly path: string
  /** 1 is the first; null outside files. */
  readonly line: number | null
  /** Index of the layer that brought it, 0 = base. Of variables and labels, that of the instruction, the last layer where unknown. */
  readonly layer: number
  /** Index of the layer that deleted or replaced its file: it can still be read below. */
  readonly deletedInLayer: number | null
  /** Enough to find it again and not to use it: `AKIA… (20 characters)`. */
  readonly redacted: string
}
