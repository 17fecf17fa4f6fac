import type { Instruction } from '../../image/build-history.ts'
import { decideHistory, inHistory } from '../build-commands.ts'
import type { ContentRule } from '../rule.ts'

export const addInstruction: ContentRule = {
  name: 'add-instruction',
  id: 'CIS-DI-0009',
  title: 'Files come by COPY, not by ADD',
  level: 'low',
  rationale:
    'ADD unpacks archives and fetches URLs without being asked twice: what arrives is not what stands in the repository.',
  remedy: 'Use COPY. What has to be fetched is fetched in a RUN that checks a checksum, or by ADD with --checksum.',
  references: ['CIS Docker 4.9'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) => {
    const { instructions } = image.history
    const rootFs = instructions.find(({ makesLayer }) => makesLayer)
    const found = instructions
      .filter((instruction) => instruction.name === 'ADD' && (instruction !== rootFs || isRemote(instruction)))
      .map((instruction) => inHistory(instruction, isRemote(instruction) ? 'ADD of a URL' : 'ADD in place of COPY'))
    return decideHistory(image, found)
  },
}

/** `ADD https://…`, `ADD git@…`; the lowest layer of a distribution is added from a local archive. */
const isRemote = ({ text }: Instruction) => /(?:^|\s|")(?:https?:\/\/|ftp:\/\/|git@|git:\/\/)/i.test(text)
