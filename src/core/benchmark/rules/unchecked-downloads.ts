import type { Command } from '../../image/shell-commands.ts'
import { buildCommands, type BuildCommand, decideHistory, inHistory, isDownload } from '../build-commands.ts'
import type { ContentRule } from '../rule.ts'

export const uncheckedDownloads: ContentRule = {
  name: 'unchecked-downloads',
  id: 'TM-0018',
  title: 'Downloads of the build are checked',
  level: 'low',
  rationale: 'A download over HTTPS is from the right server, but nothing says that it is what it was last week.',
  remedy:
    'Compare a checksum that stands in the repository (`echo "… file" | sha256sum -c`), verify a signature, or use `ADD --checksum=sha256:…`.',
  references: ['CIS Docker 4.12'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) => {
    const byInstruction = Map.groupBy(buildCommands(image), ({ instruction }) => instruction)
    const ran = [...byInstruction].flatMap(([instruction, commands]) =>
      commands.some(verifies)
        ? []
        : commands
            .filter(fetches)
            .map(({ program }) => inHistory(instruction, `${program} of a file that is not checked`)),
    )
    const added = image.history.instructions
      .filter(
        ({ name, text }) =>
          name === 'ADD' && /(?:^|\s|")(?:https?|ftp):\/\//i.test(text) && !text.includes('--checksum='),
      )
      .map((instruction) => inHistory(instruction, 'ADD of a URL without --checksum'))
    return decideHistory(image, [...ran, ...added])
  },
}

const verifiers =
  /^(?:sha(?:1|224|256|384|512)?sum|shasum|md5sum|b2sum|b3sum|gpg2?|gpgv2?|openssl|cosign|minisign|signify|slsa-verifier)$/

const verifies = ({ program }: Command) => verifiers.test(program)

/** A request without an address in it is to something that a variable names. */
const fetches = (command: BuildCommand) =>
  isDownload(command) &&
  !command.args.includes('--spider') &&
  command.args.some((arg) => arg.includes('://') || arg.startsWith('$'))
