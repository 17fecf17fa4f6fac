import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const deviceNodes: ContentRule = {
  name: 'device-nodes',
  id: 'TM-0008',
  title: 'No device files but the ones every system has',
  level: 'high',
  rationale:
    'A device file is a handle on the kernel: of a disk or of memory it gives away the node where the runtime allows it.',
  remedy: 'Remove it from the image; devices are given to a container at run time.',
  references: [],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ modes, unknownFiles }) =>
    decide(
      modes
        .filter(({ entry, path }) => entry === 'block-device' || (entry === 'character-device' && !usual.test(path)))
        .map(({ entry, path, layer }) => evidence(`${path} is a ${entry.replace('-', ' ')}`, layer)),
      unknownFiles,
    ),
}

/** Distributions' root file systems have them, and runtimes mount their own over them. */
const usual = /^dev\/(?:console|full|fuse|null|ptmx|pts\/\d+|random|tty\d*|ttyS\d+|urandom|zero|net\/tun)$/
