import type { ImageConfig } from './config.ts'
import { isShell, pipelinesOf, type Pipeline } from './shell-commands.ts'

/** One build instruction, as its builder wrote it into the image. */
export interface Instruction {
  /** 1 is the first. */
  readonly position: number
  /** `RUN`, `COPY`, …; `OTHER`: not one of a Dockerfile. */
  readonly name: string
  /** What follows the name, without the builder's marks, shell and build arguments. */
  readonly text: string
  /** What a RUN runs; of `OTHER` too, which may be an exec form. */
  readonly pipelines: readonly Pipeline[]
  /** `NAME=value`, of those that a RUN was given. */
  readonly buildArgs: readonly string[]
  readonly comment: string | null
  /** Whether it made a layer. */
  readonly makesLayer: boolean
  /** The layer it made, else the one that it came upon (0 for those before the first); null where that is not known. */
  readonly layer: number | null
}

export interface BuildHistory {
  readonly instructions: readonly Instruction[]
  /** Why something is missing; null where every layer but the lowest has an instruction that is understood. */
  readonly missing: string | null
}

/**
 * What the config says of how the image was built: by Docker's classic builder, BuildKit, buildah or kaniko. Others say
 * nothing, or things of their own.
 */
export function buildHistory({ history }: Pick<ImageConfig, 'history'>, layers: number): BuildHistory {
  const made = history.filter(({ emptyLayer }) => !emptyLayer).length
  const isMapped = made === layers
  let next = 0
  const instructions = history.map(({ createdBy, comment, emptyLayer }, index): Instruction => {
    const layer = emptyLayer ? Math.max(next - 1, 0) : next++
    return {
      position: index + 1,
      ...instructionOf(createdBy ?? ''),
      comment,
      makesLayer: !emptyLayer,
      layer: isMapped ? layer : null,
    }
  })
  return { instructions, missing: missingIn(instructions, made, layers) }
}

function missingIn(instructions: readonly Instruction[], made: number, layers: number): string | null {
  if (instructions.length === 0) return 'the image has no build history'
  if (made !== layers) return `the build history has ${made} instructions for ${layers} layers`
  // The lowest layer is mostly a root file system that no Dockerfile made.
  const unknown = instructions.find(({ name, layer, makesLayer }) => name === 'OTHER' && makesLayer && layer !== 0)
  return unknown ? `the build history does not say how layer ${unknown.layer} was made` : null
}

const names =
  'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR'
const instruction = new RegExp(`^(?<name>${names})(?:\\s+(?<rest>[^]*))?$`, 'i')

type Parsed = Pick<Instruction, 'name' | 'text' | 'pipelines' | 'buildArgs'>

function instructionOf(createdBy: string): Parsed {
  const text = createdBy.trim().replace(/ # buildkit$/, '')
  const nop = text.indexOf('#(nop)')
  // `/bin/sh -c #(nop) `, or a longer preamble of PowerShell.
  if (nop >= 0 && nop < maxPreamble) return plain(text.slice(nop + '#(nop)'.length).trim())
  const match = upperCase.test(text) ? instruction.exec(text)?.groups : undefined
  if (match && match['name'] !== 'RUN') return plain(text)
  const run = runOf(match?.['rest'] ?? text)
  return match || run.isInShell || run.parsed.buildArgs.length > 0
    ? { name: 'RUN', ...run.parsed }
    : { name: 'OTHER', ...run.parsed, text }
}

const maxPreamble = 500
/** Builders write the names in capitals; a program is not called so. */
const upperCase = /^[A-Z]{3,}\b/

function plain(text: string): Parsed {
  const match = instruction.exec(text)?.groups
  return { name: match?.['name']?.toUpperCase() ?? 'OTHER', text: match?.['rest'] ?? '', pipelines: [], buildArgs: [] }
}

/** `|2 A=1 B=2 /bin/bash -o pipefail -c apt-get update`, `--mount=… apt-get update`, `["apt-get", "update"]`. */
function runOf(text: string): { readonly parsed: Omit<Parsed, 'name'>; readonly isInShell: boolean } {
  const { buildArgs, rest } = splitBuildArgs(text)
  const withoutFlags = rest.replace(/^(?:--[a-z]{1,20}(?:=\S*)?\s+)+/, '')
  const script = afterShell(withoutFlags)
  const body = script ?? withoutFlags
  return {
    parsed: { text: body, pipelines: execForm(body) ?? pipelinesOf(body), buildArgs },
    isInShell: script !== undefined,
  }
}

/** Values may hold blanks, so the arguments end where the shell begins, or else after as many words. */
function splitBuildArgs(text: string): { readonly buildArgs: readonly string[]; readonly rest: string } {
  const count = Number(/^\|(?<count>\d{1,3})\s/.exec(text)?.groups?.['count'] ?? 0)
  if (count === 0) return { buildArgs: [], rest: text }
  const all = text.slice(text.indexOf(' ') + 1)
  const shell = all.search(/(?<=^|\s)\/\S{0,100}sh(?:\s+-\S{1,20}|\s+pipefail){0,8}?\s+-[a-z]{0,10}c\s/)
  const words = all.split(' ')
  const end = shell < 0 ? words.slice(0, count).join(' ').length : shell
  const buildArgs = all
    .slice(0, end)
    .trim()
    .split(/ (?=[A-Za-z_]\w{0,200}=)/)
  return { buildArgs, rest: all.slice(end).trim() }
}

/** What follows `/bin/bash -euo pipefail -c`; undefined where there is no such beginning. */
function afterShell(text: string): string | undefined {
  const word = /\S+\s+/y
  let first = true
  for (let words = 0; words < 10; words++) {
    const match = word.exec(text)?.[0].trim()
    if (match === undefined) return undefined
    const name = match.slice(Math.max(match.lastIndexOf('/'), match.lastIndexOf('\\')) + 1).toLowerCase()
    if (first && !isShell(name) && !/^(?:cmd|powershell|pwsh)(?:\.exe)?$/.test(name)) return undefined
    if (!first && /^(?:-[a-z]*c|\/c|-command)$/i.test(match)) return text.slice(word.lastIndex)
    if (!first && !/^[-/]/.test(match) && match !== 'pipefail') return undefined
    first = false
  }
  return undefined
}

function execForm(text: string): readonly Pipeline[] | undefined {
  if (!text.startsWith('[')) return undefined
  try {
    const words: unknown = JSON.parse(text)
    if (!Array.isArray(words) || words.length === 0 || !words.every((word) => typeof word === 'string'))
      return undefined
    // Quoted, so that no word is taken for an operator.
    return pipelinesOf(words.map((word: string) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' '))
  } catch {
    return undefined
  }
}
