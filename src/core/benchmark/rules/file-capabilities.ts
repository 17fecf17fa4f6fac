import { basenameOf } from '../../layer/path.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const fileCapabilities: ContentRule = {
  name: 'file-capabilities',
  id: 'TM-0009',
  title: 'No program has capabilities that its user has not',
  level: 'medium',
  rationale: 'Capabilities of a file are setuid in small: whoever starts the program has them.',
  remedy: 'Take them away (`setcap -r FILE`) and give the container what it needs, by `--cap-add` or securityContext.',
  references: [],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ modes, unknownFiles }) =>
    decide(
      modes
        .filter(
          ({ path, capabilities }) =>
            capabilities !== undefined && usual.get(basenameOf(path)) !== granted(capabilities),
        )
        .map(({ path, capabilities, layer }) => evidence(`${path} has ${capabilities}`, layer)),
      unknownFiles,
    ),
}

const granted = (capabilities: string) => capabilities.split('+', 1)[0]

/** What distributions give their own programs. */
const usual: ReadonlyMap<string, string> = new Map([
  ['ping', 'cap_net_raw'],
  ['ping6', 'cap_net_raw'],
  ['arping', 'cap_net_raw'],
  ['clockdiff', 'cap_net_raw'],
  ['mtr-packet', 'cap_net_raw'],
  ['newuidmap', 'cap_setuid'],
  ['newgidmap', 'cap_setgid'],
])
