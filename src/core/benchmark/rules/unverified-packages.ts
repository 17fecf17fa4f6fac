import type { Command } from '../../image/shell-commands.ts'
import { basenameOf } from '../../layer/path.ts'
import { unverifiedSources } from '../../inventory/unverified-sources.ts'
import {
  buildCommands,
  type BuildCommand,
  decideHistory,
  hasShortOption,
  inHistory,
  isApt,
  isDownload,
  isInterpreter,
  runsItsInput,
  isYum,
} from '../build-commands.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const unverifiedPackages: ContentRule = {
  name: 'unverified-packages',
  id: 'CIS-DI-0011',
  title: 'Nothing is installed without being verified',
  level: 'high',
  rationale:
    'What is fetched without a signature or a certificate is whatever the network gave the build; piped into a shell, it runs as root at once.',
  remedy:
    'Drop the options that switch verification off. Fetch installers to a file, check their checksum, then run them; import the keys of repositories.',
  references: ['CIS Docker 4.11'],
  withoutEvidence: '`undecidable` where the build history is missing or a settings file cannot be read',
  check: (image) => {
    const weak = image.settings.filter((setting) => setting.of === 'source')
    const found = [
      ...buildCommands(image).flatMap((command) =>
        problemsOf(command).map((text) => inHistory(command.instruction, text)),
      ),
      ...image.config.run.env
        .filter((variable) => unsafeVariable.test(variable))
        .map((text) => evidence(`ENV ${text}`)),
      ...weak.map(({ path, text, layer }) => evidence(`${path}: ${text}`, layer)),
    ]
    const decided = decideHistory(image, found)
    return decided.status === 'pass' ? decide([], image.unknownIn(isSettings)) : decided
  },
}

const isSettings = (path: string) => unverifiedSources.wants(path, basenameOf(path))

const unsafeVariable =
  /^(?:NODE_TLS_REJECT_UNAUTHORIZED=0|PYTHONHTTPSVERIFY=0|GIT_SSL_NO_VERIFY=(?:1|true)|npm_config_strict_ssl=false)$/i

function problemsOf(command: BuildCommand): readonly string[] {
  const { program, args } = command
  const options = args.filter((arg) => isUnsafe(command, arg)).map((arg) => `${program} ${nameOfOption(arg)}`)
  const insecure = program === 'curl' && hasShortOption(command, 'k', curlValued) ? ['curl -k'] : []
  const runs = isDownload(command) ? command.after.find(runsItsInput) : undefined
  const piped = runs ? [`${program} … | ${runs.program}`] : []
  const substituted = args.flatMap((arg, index) => {
    const { how, by } = download.exec(arg)?.groups ?? {}
    if (by === undefined || !(isInterpreter(command) || program === 'eval')) return []
    // `sh -c "$(curl …)"`, `bash <(curl …)`; in another place it is an argument.
    return how === '<(' || program === 'eval' || /^-[a-z]*[ce]$/.test(args[index - 1] ?? '') ? [by] : []
  })
  return [...options, ...insecure, ...piped, ...substituted.map((name) => `${program} runs what ${name} fetches`)]
}

/** Short options of curl that take the rest of their word. */
const curlValued = 'AbcCdDeEFhHKmoPQrtTuUwxXyYz'
const download = /^(?<how>[$<]\(|`)\s{0,9}(?<by>curl|wget)\s/

/** Without values: they may hold tokens. */
const nameOfOption = (arg: string) => (arg.includes('trusted=yes') ? '[trusted=yes]' : arg.split(/[= ]/, 1)[0]!)

function isUnsafe(command: Command, arg: string): boolean {
  const { program, args } = command
  if (/\[[^\]]{0,200}\btrusted=yes\b/.test(arg) || arg.startsWith('--trusted-host')) return true
  if (isApt(command)) {
    return (
      arg === '--allow-unauthenticated' ||
      arg === '--force-yes' ||
      /^(?:-o=?)?(?:APT::Get::AllowUnauthenticated|Acquire::AllowInsecureRepositories)=(?:true|yes|1)$/i.test(arg)
    )
  }
  if (isYum(command))
    return (
      arg === '--nogpgcheck' ||
      arg === '--no-gpgchecks' ||
      /^--setopt=(?:\S{0,100}\.)?(?:gpgcheck|sslverify)=(?:0|false|no)$/i.test(arg)
    )
  switch (program) {
    case 'zypper':
      return arg === '--no-gpg-checks' || arg === '--allow-unsigned-rpm'
    case 'rpm':
      return arg === '--nosignature' || arg === '--nogpg'
    case 'apk':
      return arg === '--allow-untrusted'
    case 'curl':
      return arg === '--insecure'
    case 'wget':
      return arg === '--no-check-certificate'
    case 'npm':
    case 'yarn':
    case 'pnpm':
      return /^(?:--)?strict-ssl=false$/.test(arg) || (arg === 'strict-ssl' && args.includes('false'))
    case 'git':
      return /^http\.sslVerify=(?:false|0)$/i.test(arg) || (/^http\.sslVerify$/i.test(arg) && args.includes('false'))
    default:
      return false
  }
}
