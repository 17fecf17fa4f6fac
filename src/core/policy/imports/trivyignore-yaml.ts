import { momentOf } from '../rfc3339.ts'
import type { Dropped, Entry, Importer } from './importer.ts'
import { isFields, listIn, shown, textIn, textsIn, yamlFields, type Fields } from './entry-fields.ts'
import { kindOfId } from './ids.ts'

const kinds = ['vulnerabilities', 'misconfigurations', 'secrets', 'licenses'] as const
type Kind = (typeof kinds)[number]

/** Trivy's `.trivyignore.yaml`. */
export const trivyignoreYaml: Importer = {
  name: 'trivyignore-yaml',
  read(text) {
    const file = yamlFields(text, '.trivyignore.yaml')
    const taken: Entry[] = []
    const dropped: Dropped[] = Object.keys(file)
      .filter((key) => !kinds.some((kind) => kind === key))
      .map((key) => ({ what: shown(key), why: 'what it means is not known' }))
    for (const kind of kinds) {
      for (const [index, item] of listIn(file, kind).entries()) {
        const fields = isFields(item) ? item : {}
        const id = textIn(fields, 'id')
        const what = `${kind} ${index + 1}: ${shown(id ?? item)}`
        const read = id === undefined ? 'it has no id' : entryOf(kind, id, fields)
        if (typeof read === 'string') dropped.push({ what, why: read })
        else taken.push({ ...read, what })
      }
    }
    return { taken, dropped }
  },
}

const known = new Set(['id', 'paths', 'purls', 'expired_at', 'statement'])

/** The entry, or why there is none. */
function entryOf(kind: Kind, id: string, fields: Fields): Omit<Entry, 'what'> | string {
  const strange = Object.keys(fields).find((key) => !known.has(key))
  if (strange !== undefined) return `what ${shown(strange)} means is not known`
  const [paths, purls] = [textsIn(fields, 'paths'), textsIn(fields, 'purls')]
  if (!paths || !purls) return 'its paths or purls are not a list of texts'
  const until = textIn(fields, 'expired_at')
  if (fields['expired_at'] !== undefined && (until === undefined || momentOf(until) === undefined)) {
    return `${shown(fields['expired_at'])} is not a date`
  }
  const said = { until, reason: textIn(fields, 'statement') }
  switch (kind) {
    case 'secrets':
      if (purls.length > 0) return 'secrets lie in no package'
      return { ...said, secrets: (paths.length > 0 ? paths : ['**']).map((path) => ({ rule: id, path })) }
    case 'licenses':
      return 'licences are a matter of the policy: see its rules over packages'
    case 'misconfigurations':
      if (kindOfId(id) !== 'check') return 'it is not the id of a check that tallyman has'
      if (paths.length > 0 || purls.length > 0) return 'a check is excepted as a whole, not for some paths'
      return { ...said, checks: [id] }
    case 'vulnerabilities':
      if (kindOfId(id) !== 'vulnerability') return 'it is not the id of a vulnerability'
      if (paths.length > 0) return 'it is for some paths alone; name the packages that lie there (purls)'
      return { ...said, vulnerabilities: [id], ...(purls.length > 0 && { packages: purls }) }
  }
}
