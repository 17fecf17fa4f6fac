import { vulnerabilityId } from '../exception-document.ts'

/** Ids of benchmark checks, whatever tool names them: CIS-DI-0001, DKL-DI-0006, DKL-LI-0003. */
const check = /^(CIS|DKL)-(DI|LI)-\d{4}$/
/** Trivy's own ids of misconfigurations. */
const misconfiguration = /^(AVD-|KSV\d|DS\d|KCV\d)/
/** CVE-2026-0001, GHSA-…, RHSA-2024:1, openSUSE-SU-2024:1: words before a dash, a digit or a code behind it. */
const vulnerability = /^([A-Z][A-Z0-9]+|openSUSE)-/

/** What an id is about, by its form alone; undefined where it cannot be told. */
export function kindOfId(id: string): 'vulnerability' | 'check' | undefined {
  if (check.test(id)) return 'check'
  if (misconfiguration.test(id) || !vulnerabilityId.test(id)) return undefined
  return vulnerability.test(id) ? 'vulnerability' : undefined
}
