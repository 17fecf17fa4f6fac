import type { Instruction } from '../image/build-history.ts'
import { isShell, type Command } from '../image/shell-commands.ts'
import type { BenchmarkImage } from './benchmark-image.ts'
import type { CheckEvidence } from './check.ts'
import { decide, evidence, type Outcome } from './outcome.ts'

export interface BuildCommand extends Command {
  readonly instruction: Instruction
  /** Those that it passes its output on to, in order. */
  readonly after: readonly Command[]
}

/** Every program that the build ran, as far as the history says. */
export function buildCommands({ history }: Pick<BenchmarkImage, 'history'>): readonly BuildCommand[] {
  return history.instructions.flatMap((instruction) =>
    instruction.pipelines.flatMap((pipeline) =>
      pipeline.map((command, index) => ({ ...command, instruction, after: pipeline.slice(index + 1) })),
    ),
  )
}

/** `seen` in words of ours: instructions can hold secrets. */
export function inHistory({ position, name, layer }: Instruction, seen: string): CheckEvidence {
  return evidence(`instruction ${position} (${name}): ${seen}`, layer)
}

/** What was found fails; without it, a history that does not tell all cannot pass. */
export function decideHistory({ history }: Pick<BenchmarkImage, 'history'>, found: readonly CheckEvidence[]): Outcome {
  return decide(found, history.missing === null ? [] : [evidence(history.missing)])
}

/** Whether one of these is among its words: values of options may come before a subcommand. */
export function hasWord({ args }: Command, ...words: readonly string[]): boolean {
  return args.some((arg) => words.includes(arg))
}

export const isApt = ({ program }: Command) => program === 'apt-get' || program === 'apt' || program === 'aptitude'
export const isYum = ({ program }: Command) =>
  program === 'yum' || program === 'dnf' || program === 'microdnf' || program === 'dnf5' || program === 'tdnf'
export const isDownload = ({ program }: Command) =>
  program === 'curl' || program === 'wget' || program === 'aria2c' || program === 'fetch'

const interpreters: ReadonlySet<string> = new Set(['python', 'python3', 'python2', 'perl', 'ruby', 'node', 'php'])

export function isInterpreter({ program }: Command): boolean {
  return isShell(program) || interpreters.has(program) || program === 'source' || program === '.'
}

/** `| bash -s -- --yes`, `| python3 -`; not `| python3 -c 'import json …'` and `| perl -pe …`, for which the input is data. */
export function runsItsInput(command: Command): boolean {
  const { args } = command
  if (
    !isInterpreter(command) ||
    args.some((arg) => /^-(?:[a-z]*[cemnpr]|-eval)$/i.test(arg) && !isShell(command.program))
  )
    return false
  if (args.some((arg) => /^-[a-z]*c$/.test(arg))) return false
  const script = args.find((arg) => !arg.startsWith('-') || arg === '-')
  return script === undefined || script === '-' || script === '/dev/stdin' || args.some((arg) => /^-[a-z]*s$/.test(arg))
}

/** A short option alone or in a cluster: `-k`, `-sSk`, not `-ok.txt`, whose `o` takes the rest. */
export function hasShortOption({ args }: Command, letter: string, valued: string): boolean {
  return args.some((arg) => {
    if (!/^-[A-Za-z]/.test(arg)) return false
    for (const character of arg.slice(1)) {
      if (character === letter) return true
      if (valued.includes(character)) return false
    }
    return false
  })
}
