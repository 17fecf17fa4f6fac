import type { BuildHistory } from '../image/build-history.ts'
import type { ImageConfig } from '../image/config.ts'
import type { CheckEvidence } from './check.ts'
import { evidence } from './outcome.ts'

export interface ExposedPort {
  /** `8080/tcp`. */
  readonly text: string
  readonly port: number
}

/** Ranges are said by their first port. */
export function exposedPorts({ run }: ImageConfig): readonly ExposedPort[] {
  return run.exposedPorts.flatMap((text) => {
    const port = /^(?<port>\d{1,5})(?:-\d{1,5})?(?:\/\w{1,10})?$/.exec(text)?.groups?.['port']
    return port === undefined ? [] : [{ text, port: Number(port) }]
  })
}

/** In the layer that the last EXPOSE of the port came upon, where the history has one. */
export function exposed(text: string, port: number, { instructions }: BuildHistory): CheckEvidence {
  const names = new RegExp(`(?:^|\\D)${port}(?:\\D|$)`)
  const by = instructions.findLast((instruction) => instruction.name === 'EXPOSE' && names.test(instruction.text))
  return evidence(`EXPOSE ${text}`, by?.layer ?? null)
}
