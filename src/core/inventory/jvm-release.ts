import type { Cataloger } from './cataloger.ts'
import { isToken, linesOf } from './evidence-text.ts'

/** The `release` file at the root of every Java installation (JEP 223): assignments as a shell reads them. */
export const jvmRelease: Cataloger = {
  name: 'jvm-release',
  version: 1,
  maxBytes: 2 ** 20, // a list of modules is the longest in it, 2 KB
  wants: (path, basename) => basename === 'release' && javaHome.test(path),
  *read({ bytes }, note) {
    const fields = new Map(
      [...linesOf(bytes.toString())].flatMap((line) => {
        const [, key, value] = /^([A-Z_]{1,40})="?([^"]*)"?$/.exec(line) ?? []
        return key && value ? [[key, value] as const] : []
      }),
    )
    const stated = fields.get('JAVA_VERSION')
    if (stated === undefined) return // something else that is called so
    // `17.0.10+7-LTS` says more than `17.0.10`; that of Java 8 is `1.8.0_422-b05`, as Java 8 prints it.
    const version = /^[\d._]+(?:[+-]b?\d+)?/.exec(fields.get('JAVA_RUNTIME_VERSION') ?? stated)?.[0]
    if (!isToken(version)) {
      note('its JAVA_VERSION is not one')
      return
    }
    const implementor = fields.get('IMPLEMENTOR') ?? ''
    const name = implementors.find(([maker]) => maker.test(implementor))?.[1] ?? 'openjdk'
    yield { kind: 'package', type: 'generic', name, version }
  },
}

const javaHome = /(?:jdk|jre|jvm|java|graal|zulu|corretto|semeru|temurin|runtime)[^/]*\/(?:[^/]+\/)?release$/i

/** Builds with a numbering of their own. */
const implementors: readonly (readonly [RegExp, string])[] = [
  [/azul/i, 'zulu'],
  [/graalvm/i, 'graalvm'],
]
