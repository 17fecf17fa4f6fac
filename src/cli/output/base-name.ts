import type { ReportImage } from '../../core/report/report.ts'

/** As people know it: `registry/repository:tag`; its digest where it was never seen under a name. */
export function baseName({ references, digest }: NonNullable<ReportImage['base']>): string {
  return references[0] ?? digest
}
