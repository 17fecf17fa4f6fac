import { isToken, linesOf } from './evidence-text.ts'
import { xmlTags } from './xml-tags.ts'

/** What Maven calls a thing that is built; all three are words. */
export interface Coordinates {
  readonly group: string
  readonly artifact: string
  readonly version: string
}

/** The coordinates in a `pom.properties`, undefined where one is missing or was never filled in (`${revision}`). */
export function coordinatesInProperties(text: string): Coordinates | undefined {
  const values = new Map<string, string>()
  for (const line of linesOf(text)) {
    const at = line.search(/[=:]/)
    const value = line.slice(at + 1, at + maxValueLength).trim()
    if (at > 0) values.set(line.slice(0, at).trim(), value.replace(/\\([:=#! \\])/g, '$1'))
  }
  return coordinates(values.get('groupId'), values.get('artifactId'), values.get('version'))
}

/** More than the longest word there can be. */
const maxValueLength = 1024

/** The coordinates in a `pom.xml`; group and version may be the parent's. Undefined where they need other files to tell. */
export function coordinatesInPom(text: string): Coordinates | undefined {
  const values = new Map<string, string>()
  const open: string[] = []
  for (const tag of xmlTags(text)) {
    if (tag.kind === 'end') open.pop()
    if (tag.kind !== 'start') continue
    open.push(tag.name)
    if (open.length > maxDepth) return undefined
    if (open.length > 3) continue
    const path = open.join('/')
    if (!values.has(path)) values.set(path, tag.text)
  }
  return coordinates(
    values.get('project/groupId') ?? values.get('project/parent/groupId'),
    values.get('project/artifactId'),
    values.get('project/version') ?? values.get('project/parent/version'),
  )
}

/** Plugin configurations nest ten deep. */
const maxDepth = 200

function coordinates(group = '', artifact = '', version = ''): Coordinates | undefined {
  const words = [group, artifact, version]
  if (!words.every((word) => isToken(word) && !word.includes('${') && !/[:/]/.test(word))) return undefined
  return { group, artifact, version }
}
