import type { Cataloger } from './cataloger.ts'
import { isToken } from './evidence-text.ts'
import { isJsonObject, jsonObjectIn } from './json-object.ts'

/** The list of files in a shared framework's folder, which tells what the folder is. */
export const sharedFramework = /(?:^|\/)shared\/(Microsoft\.\w+\.App)\/([^/]+)\/\1\.deps\.json$/

/**
 * .NET's shared frameworks: one package each, with the version of the folder, under the name of the runtime pack that
 * advisories use (`Microsoft.NETCore.App.Runtime.linux-x64`).
 */
export const dotnetRuntime: Cataloger = {
  name: 'dotnet-runtime',
  version: 1,
  maxBytes: 32 * 2 ** 20,
  wants: (path, basename) => basename.endsWith('.App.deps.json') && sharedFramework.test(path),
  *read({ path, bytes }, note) {
    const [, framework = '', version] = sharedFramework.exec(path) ?? []
    const content = jsonObjectIn(bytes)
    if (!isToken(version) || !content) {
      note('it is not the list of a shared framework')
      return
    }
    const platform = platformIn(content['runtimeTarget'])
    if (!platform) note('it does not say which platform it is for, so advisories may not be found')
    const name = platform ? `${framework}.Runtime.${platform}` : framework
    yield { kind: 'package', type: 'nuget', name, version }
  },
}

/** `.NETCoreApp,Version=v8.0/linux-x64` */
function platformIn(target: unknown): string | undefined {
  const name = isJsonObject(target) ? target['name'] : undefined
  return typeof name === 'string' ? /\/([a-z][a-z0-9.]*(?:-[a-z0-9]+)+)$/.exec(name)?.[1] : undefined
}
