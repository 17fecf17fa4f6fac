import { isShell } from '../../image/shell-commands.ts'
import { basenameOf } from '../../layer/path.ts'
import { decide, evidence, notApplicable, passed } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const shellEntrypoint: ContentRule = {
  name: 'shell-entrypoint',
  id: 'TM-0014',
  title: 'The image starts its program, not a shell',
  level: 'low',
  rationale:
    'A shell in front takes the stop signal and does not pass it on, so that the program is killed; and it expands whatever variables hold.',
  remedy: 'Use the list form, `ENTRYPOINT ["program", "option"]`; a start script ends with `exec program "$@"`.',
  references: [],
  withoutEvidence: '`not-applicable` for base images, which start a shell alone',
  check: ({ config: { run } }) => {
    const words = [...run.entrypoint, ...run.cmd]
    const [first = '', second, script = ''] = words
    if (!isShell(basenameOf(first))) return passed
    if (run.entrypoint.length === 0 && second === undefined) {
      return notApplicable(`it starts ${first} and nothing else, as base images do`)
    }
    if (second === undefined) return decide([evidence(`the entrypoint is ${first}`)])
    if (!/^-[a-z]*c$/.test(second) || /^\s*exec\s/.test(script)) return passed
    return decide([evidence(`it starts ${first} ${second}, which starts the program`)])
  },
}
