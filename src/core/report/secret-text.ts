import type { ReportSecret } from './report.ts'

/** Deleting the file is not enough: that is what people try first. */
export const secretRemedy =
  'Revoke it and issue a new one: whoever could pull the image may have it. Then build without it (a build secret instead of COPY, ARG or ENV) and push again; deleting it in a later layer leaves it in the layer below.'

/** `the file root/.ssh/id_rsa, line 3`, `the variable DB_PASSWORD`, `the build instruction #3`. */
export function secretPlace({ where, path, line }: Pick<ReportSecret, 'where' | 'path' | 'line'>): string {
  switch (where) {
    case 'file':
      return `the file ${path}${line === null ? '' : `, line ${line}`}`
    case 'env':
      return `the variable ${path}`
    case 'label':
      return `the label ${path}`
    case 'history':
      return `the build instruction ${path}`
  }
}

/** `brought by layer 3, deleted in layer 4`. */
export function secretStory({ layer, deletedInLayer }: Pick<ReportSecret, 'layer' | 'deletedInLayer'>): string {
  return deletedInLayer === null
    ? `brought by layer ${layer}`
    : `brought by layer ${layer}, deleted in layer ${deletedInLayer} and still to be read below it`
}
