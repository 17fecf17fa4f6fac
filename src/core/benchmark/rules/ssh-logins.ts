import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const sshLogins: ContentRule = {
  name: 'ssh-logins',
  id: 'TM-0003',
  title: 'No SSH server lets root or empty passwords in',
  level: 'critical',
  rationale:
    'With root logins or empty passwords allowed, a reachable port is a door: one guess, or none, and the container is taken.',
  remedy:
    'Remove the SSH server; where it has to stay, set `PermitRootLogin no`, `PermitEmptyPasswords no` and use keys.',
  references: ['CIS Docker 5.7'],
  withoutEvidence: '`undecidable` where a file of its configuration cannot be read',
  check: ({ settings, unknownIn }) =>
    decide(
      settings
        .filter((setting) => setting.of === 'sshd')
        .map(({ path, text, layer }) => evidence(`${path}: ${text}`, layer)),
      unknownIn((path) => path.startsWith('etc/ssh/sshd_config')),
    ),
}
