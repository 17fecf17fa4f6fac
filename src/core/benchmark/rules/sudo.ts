import { buildCommands, decideHistory, inHistory } from '../build-commands.ts'
import { inWords, isOfSystem } from '../packages.ts'
import { decide } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const sudo: ContentRule = {
  name: 'sudo',
  id: 'DKL-DI-0001',
  title: 'Neither the build nor the image uses sudo',
  level: 'medium',
  rationale: 'A build is root anyway, and in a container sudo is one more setuid program with a long list of flaws.',
  remedy:
    'Change users by USER in the Dockerfile; where a start script has to step down, use a tool without setuid such as setpriv or su-exec.',
  references: ['Dockle DKL-DI-0001'],
  withoutEvidence: '`undecidable` where the build history or the package database is missing',
  check: (image) => {
    const found = [
      ...buildCommands(image)
        .filter(({ program, runners }) => program === 'sudo' || runners.includes('sudo'))
        .map(({ instruction }) => inHistory(instruction, 'sudo')),
      ...image.packages
        .filter(({ type, name }) => isOfSystem(type) && (name === 'sudo' || name === 'sudo-ldap'))
        .map(inWords),
    ]
    const decided = decideHistory(image, found)
    return decided.status === 'pass' ? decide([], image.unknownPackages) : decided
  },
}
