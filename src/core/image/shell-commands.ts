/** One program that a shell starts. */
export interface Command {
  /** Without its directory: `apt-get`. */
  readonly program: string
  /** After quotes; substitutions stand as they are written, `$(curl …)`. */
  readonly args: readonly string[]
  /** What starts it, outermost first: `sudo`, `env`, `xargs`. */
  readonly runners: readonly string[]
}

/** Commands joined by `|`, in order. */
export type Pipeline = readonly Command[]

/** Scripts in scripts: `sh -c "bash -c '…'"` has use, more has not, and each level reads its text once more. */
const maxDepth = 4

/**
 * The commands of a shell script, in order, with those inside substitutions, `sh -c` and shells' heredocs after the one that
 * has them. Made for reading what builds do, not for running it: conditions, loops and functions count as their commands.
 * Takes time in proportion to the text, whatever it is.
 */
export function pipelinesOf(script: string, depth = 0): readonly Pipeline[] {
  if (depth >= maxDepth) return []
  const pipelines: Pipeline[] = []
  const nested: string[] = []
  let pipeline: Command[] = []
  let words: string[] = []
  let word: string | undefined
  const heredocs: Heredoc[] = []
  let at = 0

  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    const command = commandOf(words)
    words = []
    if (!command) return
    pipeline.push(command)
    for (const heredoc of heredocs) heredoc.reader ??= command
    const inner = scriptOf(command)
    if (inner !== undefined) nested.push(inner)
  }
  const endPipeline = () => {
    endCommand()
    if (pipeline.length > 0) pipelines.push(pipeline)
    pipeline = []
    for (const inner of nested.splice(0)) pipelines.push(...pipelinesOf(inner, depth + 1))
  }
  /** `$(…)`, `<(…)`: part of the word as it is, and a script of its own. */
  const substitution = (open: number): void => {
    const end = closingParenthesis(script, open)
    word = `${word ?? ''}${script.slice(at, end + 1)}`
    nested.push(script.slice(open + 1, end))
    at = end + 1
  }
  const backticks = (): void => {
    const end = endOf(script, at + 1, '`')
    word = `${word ?? ''}${script.slice(at, end + 1)}`
    nested.push(script.slice(at + 1, end))
    at = end + 1
  }
  const doubleQuotes = (): void => {
    word ??= ''
    for (at++; at < script.length && script[at] !== '"';) {
      const character = script[at]!
      if (character === '\\') {
        const next = script[at + 1] ?? ''
        word += next === '\n' ? '' : '"\\$`'.includes(next) ? next : `\\${next}`
        at += 2
      } else if (character === '$' && script[at + 1] === '(') substitution(at + 1)
      else if (character === '`') backticks()
      else {
        const end = plainEnd(script, at + 1, /["\\$`]/g)
        word += script.slice(at, end)
        at = end
      }
    }
    at++
  }
  const redirection = (): void => {
    // `2>`: the number is no argument.
    if (word !== undefined && /^\d+$/.test(word)) word = undefined
    endWord()
    if (script.startsWith('<<', at) && script[at + 2] !== '<') {
      const { heredoc, end } = heredocAt(script, at + 2)
      heredocs.push(heredoc)
      at = end
      return
    }
    const operator = /[<>&|]{1,3}/y
    operator.lastIndex = at
    words.push(operator.exec(script)![0])
    at = operator.lastIndex
  }
  const newline = (): void => {
    at++
    endPipeline()
    for (const { word: end, isIndented, reader } of heredocs.splice(0)) {
      const { body, next } = heredocBody(script, at, end, isIndented)
      at = next
      if (reader && isShell(reader.program)) pipelines.push(...pipelinesOf(body, depth + 1))
    }
  }

  while (at < script.length) {
    const character = script[at]!
    if (character === '\n') newline()
    else if (' \t\r'.includes(character)) {
      endWord()
      at++
    } else if (character === '#' && word === undefined) at = plainEnd(script, at, /\n/g)
    else if (character === '\\') {
      if (script[at + 1] === '\n') at += 2
      else if (script.startsWith('\r\n', at + 1)) at += 3
      else {
        word = `${word ?? ''}${script[at + 1] ?? ''}`
        at += 2
      }
    } else if (character === "'") {
      const end = plainEnd(script, at + 1, /'/g)
      word = `${word ?? ''}${script.slice(at + 1, end)}`
      at = end + 1
    } else if (character === '"') doubleQuotes()
    else if (character === '`') backticks()
    else if (character === '$' && script[at + 1] === '(') substitution(at + 1)
    else if ('<>'.includes(character) && script[at + 1] === '(') substitution(at + 1)
    else if ('<>'.includes(character) || (character === '&' && script[at + 1] === '>')) redirection()
    else if (character === '|' && script[at + 1] !== '|') {
      at += script[at + 1] === '&' ? 2 : 1
      endCommand()
    } else if (';&|()'.includes(character)) {
      at++
      endPipeline()
    } else {
      const end = plainEnd(script, at + 1, /[\s\\'"`$<>&|;()]/g)
      word = `${word ?? ''}${script.slice(at, end)}`
      at = end
    }
  }
  endPipeline()
  return pipelines
}

/** Where the next of these characters is; `special` has to be global. */
function plainEnd(text: string, from: number, special: RegExp): number {
  special.lastIndex = from
  return special.exec(text)?.index ?? text.length
}

/** Of a quote that backslashes can escape. */
function endOf(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return text.length
}

/** Of the parenthesis at `open`; quotes may hold others. */
function closingParenthesis(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === "'") at = plainEnd(text, at + 1, /'/g)
    else if (character === '"') at = endOf(text, at + 1, '"')
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at
  }
  return text.length
}

interface Heredoc {
  readonly word: string
  readonly isIndented: boolean
  /** The command that gets it. */
  reader?: Command
}

function heredocAt(script: string, from: number): { heredoc: Heredoc; end: number } {
  const pattern = /(?<dash>-?)[ \t]{0,99}(?<word>'[^'\n]{1,200}'|"[^"\n]{1,200}"|[^\s<>&|;()'"]{1,200})?/y
  pattern.lastIndex = from
  const { dash = '', word = '' } = pattern.exec(script)?.groups ?? {}
  return { heredoc: { word: word.replaceAll(/['"\\]/g, ''), isIndented: dash !== '' }, end: pattern.lastIndex || from }
}

function heredocBody(
  script: string,
  from: number,
  end: string,
  isIndented: boolean,
): { readonly body: string; readonly next: number } {
  for (let at = from; at < script.length;) {
    const lineEnd = plainEnd(script, at, /\n/g)
    const line = script.slice(at, lineEnd)
    if ((isIndented ? line.replace(/^\t+/, '') : line) === end)
      return { body: script.slice(from, at), next: lineEnd + 1 }
    at = lineEnd + 1
  }
  return { body: script.slice(from), next: script.length }
}

const keywords: ReadonlySet<string> = new Set([
  'if',
  'then',
  'elif',
  'else',
  'while',
  'until',
  'do',
  '!',
  '{',
  '}',
  'time',
])

/** Programs that start another one: their options that take a value, and how many words come before the other. */
const runnerOptions: Readonly<Record<string, readonly [valued: string, operands: number]>> = {
  sudo: ['-u -g -h -p -C -U -r -t -D -R -T', 0],
  doas: ['-u -C', 0],
  env: ['-u -C -S', 0],
  exec: ['-a', 0],
  command: ['', 0],
  nohup: ['', 0],
  nice: ['-n', 0],
  xargs: ['-n -P -I -d -L -a -s -E', 0],
  timeout: ['-s -k', 1],
  chroot: ['', 1],
  setarch: ['', 1],
}

function commandOf(words: readonly string[]): Command | undefined {
  const runners: string[] = []
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (keywords.has(word) || /^[A-Za-z_]\w*\+?=/.test(word)) continue
    const name = basenameOf(word)
    const options = Object.hasOwn(runnerOptions, name) ? runnerOptions[name] : undefined
    if (!options) break
    const [valued, operands] = options
    runners.push(name)
    while (words[at + 1]?.startsWith('-')) at += valued.split(' ').includes(words[at + 1]!) ? 2 : 1
    at += operands
  }
  const program = words[at]
  if (program === undefined) return runners.length > 0 ? { program: runners.pop()!, args: [], runners } : undefined
  return { program: basenameOf(program), args: words.slice(at + 1), runners }
}

const basenameOf = (word: string) => word.slice(word.lastIndexOf('/') + 1)

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh', 'mksh', 'fish'])

export function isShell(program: string): boolean {
  return shells.has(program)
}

/** Of `sh -ec 'script'` and `su -c 'script'`. */
function scriptOf({ program, args }: Command): string | undefined {
  if (!isShell(program) && program !== 'su' && program !== 'eval') return undefined
  if (program === 'eval') return args.join(' ')
  const option = args.findIndex((arg) => /^-[a-z]*c$/.test(arg))
  const script = option < 0 ? undefined : args[option + 1]
  // A substitution has been read as such.
  return script === undefined || /^(?:\$\(|`)/.test(script) ? undefined : script
}
