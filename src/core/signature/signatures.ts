/** What was found where signatures of an image were looked for. */
export interface Signatures {
  /** Names of the configured keys that signed it, sorted. */
  readonly by: readonly string[]
  /** What lies there as a signature and was not understood, or is of something else: a line each. */
  readonly problems: readonly string[]
}

/** Attackers decide how many there are and what is in them: people need a few. */
const maxProblems = 10
const maxProblemLength = 300

/** Of an image looked for in several places: a signature is one wherever it lies. The later problems are the current ones. */
export function mergeSignatures(former: Signatures, { by, problems }: Signatures): Signatures {
  return { by: [...new Set([...former.by, ...by])].toSorted(), problems: problems.slice(0, maxProblems).map(cut) }
}

const cut = (text: string): string => (text.length > maxProblemLength ? `${text.slice(0, maxProblemLength)}…` : text)
