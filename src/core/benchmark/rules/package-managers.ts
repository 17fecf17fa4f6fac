import { decide } from '../outcome.ts'
import { inWords, isOfSystem } from '../packages.ts'
import { rootUser } from './root-user.ts'
import type { ContentRule } from '../rule.ts'

export const packageManagers: ContentRule = {
  name: 'package-managers',
  id: 'TM-0005',
  title: 'No package manager that the service could use',
  level: 'info',
  rationale:
    'With a package manager an intruder fetches tools in one line, and a container changes so that nobody knows any more what runs.',
  remedy:
    "Run as a user other than root, for whom a distribution's manager does nothing, and copy the application into a final stage without npm or pip.",
  references: ['CIS Docker 4.3'],
  withoutEvidence: '`undecidable` where the package database cannot be read',
  check: (image) => {
    const isRoot = rootUser.check(image).status === 'fail'
    const found = image.packages.filter(
      ({ type, name, ownedBy }) =>
        (isRoot && isOfSystem(type) && system.has(name)) || (ownedBy === null && language.has(`${type} ${name}`)),
    )
    return decide(found.map(inWords), image.unknownPackages)
  },
}

/** Of distributions: they install as root alone. */
const system: ReadonlySet<string> = new Set(
  'apt aptitude apk-tools dnf dnf5 microdnf yum tdnf zypper rpm-ostree pacman opkg snapd python3-pip npm'.split(' '),
)
/** Of languages: they install for whoever starts them. */
const language: ReadonlySet<string> = new Set([
  'npm npm',
  'npm yarn',
  'npm pnpm',
  'npm corepack',
  'pypi pip',
  'pypi uv',
  'pypi poetry',
])
