import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import type { WeakSettingFact } from './package.ts'

/** Where package managers and clients are told not to verify what they fetch. */
export const unverifiedSources: Cataloger = {
  name: 'unverified-sources',
  version: 1,
  maxBytes: 1024 * 1024, // a page or two is usual
  subject: 'settings',
  wants: (path, basename) => readerOf(path, basename) !== undefined,
  *read({ path, bytes }) {
    const read = readerOf(path, path.slice(path.lastIndexOf('/') + 1))
    const found = new Set(read?.(bytes.toString()))
    for (const text of found)
      yield { kind: 'weak-setting', of: 'source', text: inOneLine(text) } satisfies WeakSettingFact
  },
}

const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

type Reader = (text: string) => Iterable<string>

function readerOf(path: string, basename: string): Reader | undefined {
  if (path.startsWith('etc/')) {
    if (/^etc\/apt\/sources\.list(?:\.d\/[^/]+\.list)?$/.test(path)) return ofAptList
    if (/^etc\/apt\/sources\.list\.d\/[^/]+\.sources$/.test(path)) return ofAptSources
    if (path === 'etc/apt/apt.conf' || path.startsWith('etc/apt/apt.conf.d/')) return ofAptConf
    if (/^etc\/(?:yum\.repos\.d|zypp\/repos\.d)\/[^/]+\.repo$/.test(path) || yumConfs.has(path)) return ofYum
  }
  return byName.get(basename)
}

const yumConfs: ReadonlySet<string> = new Set(['etc/yum.conf', 'etc/dnf/dnf.conf', 'etc/zypp/zypp.conf'])

/** Files of these names are configuration wherever they lie. */
const byName: ReadonlyMap<string, Reader> = new Map([
  ['.npmrc', matching(/^strict-ssl[ \t]{0,9}=[ \t]{0,9}(?:false|null)/i)],
  ['npmrc', matching(/^strict-ssl[ \t]{0,9}=[ \t]{0,9}(?:false|null)/i)],
  ['.yarnrc', matching(/^"?strict-ssl"?[ \t]{1,9}(?:false|"false")/i)],
  ['.yarnrc.yml', matching(/^enableStrictSsl:[ \t]{0,9}["']?false/i)],
  ['pip.conf', matching(/^trusted-host[ \t]{0,9}=/i)],
  ['.condarc', matching(/^ssl_verify:[ \t]{0,9}["']?false/i)],
  ['.curlrc', matching(/^(?:-k\b|-{0,2}insecure\b)/)],
  ['.wgetrc', matching(/^check[-_]?certificate[ \t]{0,9}=[ \t]{0,9}(?:off|no|0|quiet)\b/i)],
  ['wgetrc', matching(/^check[-_]?certificate[ \t]{0,9}=[ \t]{0,9}(?:off|no|0|quiet)\b/i)],
  ['.gitconfig', matching(/^sslVerify[ \t]{0,9}=[ \t]{0,9}(?:false|no|off|0)\b/i)],
  ['gitconfig', matching(/^sslVerify[ \t]{0,9}=[ \t]{0,9}(?:false|no|off|0)\b/i)],
])

/** What a line begins with: what follows may be a name or a secret that nobody needs to see. */
function matching(setting: RegExp): Reader {
  return function* (text) {
    for (const line of linesOf(text)) {
      const match = setting.exec(line.trim())
      if (match) yield match[0]
    }
  }
}

/** `deb [arch=amd64 trusted=yes] https://packages.example stable main` (sources.list(5)) */
function* ofAptList(text: string): Generator<string> {
  for (const line of linesOf(text)) {
    const options = /^\s{0,9}deb(?:-src)?\s{1,9}\[(?<options>[^\]]{0,1000})\]/.exec(line)?.groups?.['options'] ?? ''
    for (const option of options.split(/\s+/)) if (isUnsafeOption.test(option)) yield option
  }
}

const isUnsafeOption = /^(?:trusted|allow-insecure|allow-weak)=(?:yes|true|1|on)$/i

/** The same in paragraphs of fields; one that is not enabled is not used. */
function* ofAptSources(text: string): Generator<string> {
  for (const paragraph of text.split(/\r?\n[ \t]*\r?\n/)) {
    const lines = [...linesOf(paragraph)]
    if (lines.some((line) => /^Enabled:\s{0,9}(?:no|false|0)\b/i.test(line))) continue
    for (const line of lines) {
      const match = /^(?:Trusted|Allow-Insecure|Allow-Weak):\s{0,9}(?:yes|true|1|on)\b/i.exec(line)
      if (match) yield match[0]
    }
  }
}

/** apt.conf(5): names may be written whole or in nested braces, so the last part of one has to do. */
function* ofAptConf(text: string): Generator<string> {
  for (const line of linesOf(text.replaceAll(/\/\*[^*]*\*\//g, ''))) {
    if (/^\s{0,99}(?:\/\/|#)/.test(line)) continue
    const match = aptSetting.exec(line)
    if (match) yield match[0]
  }
}

const aptSetting =
  /(?:Allow(?:Unauthenticated|InsecureRepositories|WeakRepositories|DowngradeToInsecureRepositories)\s{1,9}"?(?:true|yes|1|on)|Verify-(?:Peer|Host)\s{1,9}"?(?:false|no|0|off))\b"?/i

/** Sections of `key=value`; one that is not enabled is not used. */
function* ofYum(text: string): Generator<string> {
  for (const section of text.split(/^(?=\[)/m)) {
    const lines = [...linesOf(section)].map((line) => line.trim())
    if (lines.some((line) => /^enabled\s{0,9}=\s{0,9}(?:0|no|false)\b/i.test(line))) continue
    for (const line of lines) {
      const match = /^(?:gpgcheck|sslverify|pkg_gpgcheck)\s{0,9}=\s{0,9}(?:0|no|false|off)\b/i.exec(line)
      if (match) yield match[0]
    }
  }
}
