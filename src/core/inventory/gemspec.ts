import type { Cataloger } from './cataloger.ts'
import { isToken, linesOf } from './evidence-text.ts'

/**
 * Installed gems: the specifications that RubyGems and Debian write, those of the interpreter's own gems among them. They
 * are Ruby programs; RubyGems itself reads the stub line instead of running them, and so do we.
 */
export const gemspec: Cataloger = {
  name: 'gemspec',
  version: 1,
  maxBytes: 2 ** 20, // lists of files are in some; the largest we saw has 40 kB
  wants: (path, basename) => basename.endsWith('.gemspec') && installed.test(path),
  *read({ path, bytes }, note) {
    const text = bytes.toString()
    const { name, version } = stubOf(text) ?? literalsOf(text) ?? nameOf(path) ?? {}
    if (!isToken(name) || !isToken(version)) {
      note('it has no usable name or version')
      return
    }
    yield { kind: 'package', type: 'gem', name, version, ...licensesOf(text) }
  },
}

const installed = /(?:^|\/)specifications\/(?:default\/)?[^/]+$/

interface Named {
  readonly name: string
  readonly version: string
}

/** `# stub: name version platform paths` in one of the first lines (Gem::StubSpecification). */
function stubOf(text: string): Named | undefined {
  let count = 0
  for (const line of linesOf(text)) {
    if (line.startsWith('# stub: ')) {
      const [name = '', version = '', platform = ''] = line.slice(8, 2048).split(' ', 3)
      return name !== '' && platform !== '' ? { name, version } : undefined
    }
    if (++count > 3) break
  }
  return undefined
}

/** Where both are texts: `s.version = Rack::VERSION` says nothing without running it. */
function literalsOf(text: string): Named | undefined {
  const name = /^\s{0,20}\w{1,20}\.name = "([^"\n]{1,512})"/m.exec(text)?.[1]
  const version = /^\s{0,20}\w{1,20}\.version = (?:Gem::Version\.new\(? ?)?"([^"\n]{1,512})"/m.exec(text)?.[1]
  return name && version ? { name, version } : undefined
}

/** `<name>-<version>[-<platform>].gemspec`: versions begin with a digit and have no dash. */
function nameOf(path: string): Named | undefined {
  const parts = path.slice(path.lastIndexOf('/') + 1, -'.gemspec'.length).split('-')
  const at = parts.findLastIndex((part, index) => index > 0 && /^\d+(?:\.\w+)*$/.test(part))
  return at < 0 ? undefined : { name: parts.slice(0, at).join('-'), version: parts[at]! }
}

function licensesOf(text: string): { licenses: readonly string[] } | undefined {
  const list = /^\s{0,20}\w{1,20}\.licenses = \[([^\]\n]{1,1024})\]/m.exec(text)?.[1] ?? ''
  const licenses = [...list.matchAll(/"([^"\p{Cc}]{1,256})"/gu)]
    .slice(0, 8)
    .map(([, license]) => license!.toWellFormed())
  return licenses.length > 0 ? { licenses } : undefined
}
