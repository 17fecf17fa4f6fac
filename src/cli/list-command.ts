import type { Command } from 'commander'
import type { Page, PageRequest } from '../adapters/store/records.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { follow, inquire, type Inquiry, type PageChoice } from './inquiry.ts'
import { configOption, outputOption, pageOptions, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { plural } from './output/quantities.ts'
import { table, type Column } from './output/table.ts'

type ListOptions = ServerChoice & PageChoice & { readonly output: Format }

/** What one list has of its own. `Filter` is made of the command's options of those names. */
export interface Listing<Filter extends object, Row> {
  readonly noun: string
  readonly nouns?: string
  readonly filters: readonly (keyof Filter & string)[]
  readonly ask: (inquiry: Inquiry, filter: Filter, page: PageRequest) => Promise<Page<Row>>
  readonly columns: (now: Date) => readonly Column<Row>[]
}

/** Gives a command the options that every list has, and their action: ask, follow the pages, print. */
export function listCommand<Filter extends object, Row>(
  command: Command,
  context: CliContext,
  list: Listing<Filter, Row>,
): Command {
  pageOptions(serverOptions(command)).addOption(outputOption()).addOption(configOption())
  return command.action(async (options: ListOptions & Filter) => {
    const given = list.filters.filter((name) => options[name] !== undefined)
    const filter = Object.fromEntries(given.map((name) => [name, options[name]])) as Filter
    const page = await inquire(options, context, (inquiry) =>
      follow(options, (request) => list.ask(inquiry, filter, request)),
    )
    if (options.output === 'json') return print(context, json(page))
    const { paint, now, width } = reportView(context)
    const rows = page.items.length > 0 ? table(page.items, list.columns(now), { paint, width }) : ''
    const found = plural(page.items.length, list.noun, list.nouns)
    const more = page.next === null ? '' : `; there are more: --all, or go on with --cursor ${page.next}`
    return print(context, `${rows}${found}${more}\n`)
  })
}
