import type { Cataloger } from './cataloger.ts'
import { jsonObjectIn, membersOf, type JsonObject } from './json-object.ts'
import { isOfApplication, locked, maxLockFileBytes, type LockedPackage } from './lock-file.ts'
import { attributeIn, xmlTags } from './xml-tags.ts'

/** NuGet's lock file, `packages.lock.json`, and its list of former years, `packages.config`. */
export const nugetLock: Cataloger = {
  name: 'nuget-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) =>
    (basename === 'packages.lock.json' || basename.toLowerCase() === 'packages.config') && isOfApplication(path),
  *read({ path, bytes }, note) {
    if (!path.endsWith('.json')) {
      yield* locked('nuget', packagesIn(bytes), note)
      return
    }
    const content = jsonObjectIn(bytes)
    if (content) yield* locked('nuget', lockedIn(content), note)
    else note('it is not a JSON object')
  },
}

/** Once for each framework that is built for; projects of the same solution are among them. */
function* lockedIn(content: JsonObject): Generator<LockedPackage> {
  for (const [, framework] of membersOf(content['dependencies'])) {
    for (const [name, { type, resolved }] of membersOf(framework)) {
      if (String(type).toLowerCase() !== 'project') yield { name, version: resolved }
    }
  }
}

function* packagesIn(bytes: Buffer): Generator<LockedPackage> {
  for (const tag of xmlTags(textOf(bytes))) {
    if (tag.name !== 'package' || tag.kind === 'end') continue
    yield { name: attributeIn(tag, 'id'), version: attributeIn(tag, 'version') }
  }
}

/** Visual Studio wrote some of them in UTF-16. */
const textOf = (bytes: Buffer) => bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8')
