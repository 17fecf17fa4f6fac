/** The lines of a text, without their ends; CRLF counts as one end. Lazy: a reader may stop early. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    yield text.charCodeAt(end - 1) === 0x0d && end > start ? text.slice(start, end - 1) : text.slice(start, end)
    start = end + 1
  }
}

const maxTokenLength = 512

/**
 * Whether a text can stand as a package's name or version: one word of printable characters. No package tool writes blanks
 * or control characters there, and evidence is hostile input that ends on terminals and in URLs.
 */
export function isToken(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= maxTokenLength &&
    !/[\s\p{Cc}\p{Cf}]/u.test(text) &&
    text.isWellFormed()
  )
}

const maxLicenseLength = 256

/** The licence as a list of at most one: whole licence texts, which some tools put there, are left out. */
export function licenseList(text: unknown): { licenses: readonly string[] } | undefined {
  if (typeof text !== 'string') return undefined
  const license = text.trim()
  if (license === '' || license.length > maxLicenseLength || /\p{Cc}/u.test(license)) return undefined
  return { licenses: [license.toWellFormed()] }
}

const maxVendorLength = 200

/** Who made a package, as its maintainer or vendor field says. */
export function vendorText(text: string | null | undefined): { vendor: string } | undefined {
  const vendor = text?.trim() ?? ''
  if (vendor === '' || vendor === '(none)' || /\p{Cc}/u.test(vendor)) return undefined
  return { vendor: vendor.slice(0, maxVendorLength).toWellFormed() }
}

const maxNotes = 20

/**
 * Passes on the first twenty problems of one file and then says once that there are more: a database of a million broken
 * records is one problem, not a million stored lines.
 */
export function firstNotes(note: (problem: string) => void): (problem: string) => void {
  let count = 0
  return (problem) => {
    count++
    if (count <= maxNotes) note(problem)
    if (count === maxNotes + 1) note('it has more problems, which are not listed')
  }
}
