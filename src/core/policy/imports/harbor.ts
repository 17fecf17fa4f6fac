import type { Dropped, Entry, Importer } from './importer.ts'
import { isFields, jsonIn, listIn, shown, textIn, type Fields } from './entry-fields.ts'
import { kindOfId } from './ids.ts'

/** Seconds since 1970 up to the year 9999. */
const maxSeconds = 253_402_300_799

/**
 * Harbor's CVE allow-lists: what `/api/v2.0/system/CVEAllowlist` answers, a project with its `cve_allowlist`, or a list of
 * these. A project's list is for the project's repositories.
 */
export const harbor: Importer = {
  name: 'harbor',
  read(text) {
    const value = jsonIn(text, 'the allow-list')
    const lists = (Array.isArray(value) ? listIn({ projects: value }, 'projects') : [value]).map(readList)
    return { taken: lists.flatMap(({ taken }) => taken), dropped: lists.flatMap(({ dropped }) => dropped) }
  },
}

function readList(value: unknown): { taken: readonly Entry[]; dropped: readonly Dropped[] } {
  const outer = isFields(value) ? value : {}
  const project = textIn(outer, 'name')
  const list = isFields(outer['cve_allowlist']) ? outer['cve_allowlist'] : outer
  const where = project === undefined ? 'the allow-list' : `the allow-list of ${shown(project)}`
  if (!Array.isArray(list['items'])) return nothing(where, 'it has no items')
  const expires = list['expires_at'] ?? null
  if (!isMoment(expires)) return nothing(where, `${shown(expires)} is not a time in seconds`)
  if (project === undefined && isOfProject(list)) {
    return nothing(
      where,
      'it is of a project and does not say its name; take the project itself, with its cve_allowlist',
    )
  }
  // 0, as null, is how Harbor writes "never".
  const until = expires === null || expires === 0 ? undefined : new Date(expires * 1000).toISOString()
  const taken: Entry[] = []
  const dropped: Dropped[] = []
  for (const item of listIn(list, 'items')) {
    const id = isFields(item) ? textIn(item, 'cve_id') : undefined
    const what = `${where}: ${shown(id ?? item)}`
    if (id === undefined || kindOfId(id) !== 'vulnerability') {
      dropped.push({ what, why: 'it is not the id of a vulnerability' })
    } else {
      const scope = project === undefined ? {} : { scope: { repositories: [`${project}/**`] } }
      taken.push({ what, vulnerabilities: [id], until, ...scope })
    }
  }
  return { taken, dropped }
}

function isMoment(value: unknown): value is number | null {
  return value === null || (typeof value === 'number' && value >= 0 && value <= maxSeconds)
}

/** The system's own list has project 0. */
function isOfProject({ project_id: project }: Fields): boolean {
  return typeof project === 'number' && project > 0
}

function nothing(what: string, why: string) {
  return { taken: [], dropped: [{ what, why }] }
}
