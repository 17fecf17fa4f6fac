import type { Platform } from './manifest.ts'

/** Other names of the same architecture, as containerd's platforms package maps them. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  i486: '386',
  i586: '386',
  i686: '386',
  armhf: 'arm',
  armel: 'arm',
}

const word = /^[a-z0-9_.-]+$/i

/** Reads `os/architecture[/variant]`, normalised; undefined where the text is not of that form. */
export function parsePlatform(text: string): Platform | undefined {
  const [os, architecture, variant, ...rest] = text.split('/')
  if (!os || !architecture || variant === '' || rest.length > 0) return undefined
  if (![os, architecture, variant ?? 'none'].every((part) => word.test(part))) return undefined
  return normalisePlatform(os, architecture, variant)
}

/** One spelling for each platform: what is stored, compared and shown. */
export function normalisePlatform(os: string, architecture: string, variant?: string, osVersion?: string): Platform {
  const [name, plain] = [
    architecture.toLowerCase(),
    architectures[architecture.toLowerCase()] ?? architecture.toLowerCase(),
  ]
  const kind = normaliseVariant(plain, variant?.toLowerCase() ?? (name === 'armel' ? 'v6' : ''))
  const system = os.toLowerCase() === 'macos' ? 'darwin' : os.toLowerCase()
  return { os: system, architecture: plain, ...(kind && { variant: kind }), ...(osVersion && { osVersion }) }
}

function normaliseVariant(architecture: string, variant: string): string {
  if (architecture === 'arm64') return variant === '8' || variant === 'v8' ? '' : variant
  if (architecture === 'amd64') return variant === 'v1' ? '' : variant
  if (architecture === 'arm') return variant === '' ? 'v7' : variant.replace(/^(?=[5-8]$)/, 'v')
  return variant
}

/** `linux/amd64`, `linux/arm/v7`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`
}

/** Whether an image for `offered` is what `wanted` asks for; a wish without variant or OS version takes any. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  return (
    wanted.os === offered.os &&
    wanted.architecture === offered.architecture &&
    (wanted.variant === undefined || wanted.variant === offered.variant) &&
    (wanted.osVersion === undefined || wanted.osVersion === offered.osVersion)
  )
}
