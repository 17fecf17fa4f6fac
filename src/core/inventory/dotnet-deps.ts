import type { Cataloger } from './cataloger.ts'
import { sharedFramework } from './dotnet-runtime.ts'
import { firstNotes, isToken } from './evidence-text.ts'
import { jsonObjectIn, membersOf, type JsonObject } from './json-object.ts'

/**
 * What a .NET application was published with: the libraries of its `*.deps.json` that are NuGet packages and bring files.
 * Those that bring none were needed to compile, or are left to the shared framework, which is a package of its own.
 */
export const dotnetDeps: Cataloger = {
  name: 'dotnet-deps',
  version: 1,
  maxBytes: 32 * 2 ** 20, // the SDK's own have 1 MB
  wants: (path, basename) => basename.endsWith('.deps.json') && !sharedFramework.test(path),
  *read({ bytes }, note) {
    const content = jsonObjectIn(bytes)
    if (!content) {
      note('it is not a JSON object')
      return
    }
    const noteFirst = firstNotes(note)
    const targets = targetsIn(content)
    for (const [key, { type }] of membersOf(content['libraries'])) {
      if ((type !== 'package' && type !== 'runtimepack') || !bringsFiles(targets.get(key))) continue
      const slash = key.lastIndexOf('/')
      const name = key.slice(0, Math.max(slash, 0)).replace(type === 'runtimepack' ? /^runtimepack\./ : '', '')
      const version = key.slice(slash + 1)
      if (isToken(name) && isToken(version)) yield { kind: 'package', type: 'nuget', name, version }
      else noteFirst('the name or version of one of its libraries is not a word')
    }
  },
}

/** One target for each runtime that it was published for, each with all libraries. */
function targetsIn(content: JsonObject): ReadonlyMap<string, readonly JsonObject[]> {
  const libraries = membersOf(content['targets']).flatMap(([, target]) => membersOf(target))
  const found = new Map<string, JsonObject[]>()
  for (const [key, library] of libraries) {
    const known = found.get(key)
    if (known) known.push(library)
    else found.set(key, [library])
  }
  return found
}

const assets = ['runtime', 'native', 'resources', 'runtimeTargets']

/** A library that no target speaks of may bring some. */
function bringsFiles(libraries: readonly JsonObject[] | undefined): boolean {
  if (!libraries) return true
  return libraries.some((library) => assets.some((kind) => Object.keys(Object(library[kind])).length > 0))
}
