import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const sudoWithoutPassword: ContentRule = {
  name: 'sudo-without-password',
  id: 'TM-0004',
  title: 'Nobody becomes root without a password',
  level: 'high',
  rationale: 'NOPASSWD makes the account root in all but name, so that running as it protects nothing.',
  remedy: 'Remove the rule, and sudo or doas with it.',
  references: [],
  withoutEvidence: '`undecidable` where a file of sudo or doas cannot be read',
  check: ({ settings, unknownIn }) =>
    decide(
      settings
        .filter((setting) => setting.of === 'sudo')
        .map(({ path, text, layer }) => evidence(`${path}: ${text}`, layer)),
      unknownIn((path) => /^etc\/(?:sudoers|doas)/.test(path)),
    ),
}
