import { Command } from 'commander'
import type { Preview } from '../flows/preview-images.ts'
import { TallymanError } from '../errors.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { orMistakes, readText } from './document-file.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { renderPreview } from './output/preview-table.ts'
import { onRules } from './rule-book.ts'

interface Options extends ServerChoice {
  readonly output: Format
  readonly exception?: readonly string[]
  readonly without?: readonly string[]
}

const several = (value: string, former: readonly string[] = []): readonly string[] => [...former, value]

export function previewCommand(context: CliContext): Command {
  const command = new Command('preview')
    .summary('what a policy or an exception would change')
    .description(
      'Judges every stored image as if these policies and exceptions were in force beside the others, and lists the images that would have another outcome, and why. Changes nothing. ' +
        'Asks a server where one is named, else the local store. Exit code: 0 done, 1 a document has a mistake (line and column on stderr).',
    )
    .argument('[file...]', 'policies, YAML or JSON')
    .option('--exception <file>', 'an exception; can be given several times', several)
    .option('--without <name>', 'a policy or an exception in force that would go; can be given several times', several)
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(async (files: readonly string[], options: Options) => {
    const { exception: exceptions = [], without = [] } = options
    if (files.length + exceptions.length + without.length === 0) {
      throw new TallymanError('USAGE', 'name a policy file, an --exception, or what would go --without')
    }
    const request = {
      policies: await Promise.all(files.map(readText)),
      exceptions: await Promise.all(exceptions.map(readText)),
      without,
    }
    const documents = [...files, ...exceptions]
    // Of several the message says which: `policy 2:4:1: …`.
    const only = documents.length === 1 ? (documents[0] ?? null) : null
    await orMistakes(only, context, async () => {
      const preview: Preview = await onRules(options, context, (rules) => rules.preview(request))
      const text = options.output === 'json' ? json(preview) : renderPreview(preview, reportView(context))
      await print(context, text)
    })
  })
  return examples(command, [
    ['before a policy is put in force', 'tallyman policy preview strict.yaml --server https://tallyman.example'],
    ['what would this exception let through?', 'tallyman policy preview --exception accept-zlib.yaml'],
    ['do we still need it?', 'tallyman policy preview --without accept-zlib'],
  ])
}
