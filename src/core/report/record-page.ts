import { segment } from './sarif-values.ts'

const cve = /^CVE-\d{4}-\d{4,19}$/

/**
 * Beginnings of the ids that osv.dev has a page for: the databases of the OSV schema (its "id" field) that the service serves. An
 * in-house advisory has a page nowhere that we know of.
 */
const osvDatabases = [
  'ALBA ALEA ALPINE-CVE ALSA ASB-A BELL BIT CGA CLEANSTART CURL DEBIAN-CVE DLA DRUPAL DSA DTSA ECHO EEF',
  'GHSA GO HSEC JLSEC LBSEC LSN MAL MGASA MINI OESA OSEC OSV PSF PUB-A PYSEC RHBA RHEA RHSA RLSA ROOT',
  'RSEC RUSTSEC RXSA SUSE UBUNTU-CVE USN V8 openSUSE',
].flatMap((line) => line.split(' '))

/** Where to read about a vulnerability, under the first of its ids that has a page; null where none of them is known to have one. */
export function recordPage(ids: readonly string[]): string | null {
  return ids.map(pageOf).find((page) => page !== null) ?? null
}

/** Of a CVE its own catalogue, which has them all: osv.dev has those whose software it can name. */
function pageOf(id: string): string | null {
  if (cve.test(id)) return `https://www.cve.org/CVERecord?id=${id}`
  return osvDatabases.some((database) => id.startsWith(`${database}-`))
    ? `https://osv.dev/vulnerability/${segment(id)}`
    : null
}
