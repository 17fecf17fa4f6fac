import { scopeOf } from '../core/policy/imports/scope-words.ts'
import { vexOfReports } from '../core/report/openvex.ts'
import { buildReport } from '../flows/build-report.ts'
import * as exceptions from '../flows/change-exceptions.ts'
import * as policies from '../flows/change-policies.ts'
import { previewDocuments } from '../flows/preview-documents.ts'
import type { LocalRules } from './actions.ts'
import { chooseServer, withServer, type CliContext, type ServerChoice } from './context.ts'
import { localImage } from './local-image.ts'
import type { Exported, ServerClient } from './server-client.ts'

/** What a server and the local store do alike about policies and exceptions. */
export type RuleBook = Pick<
  ServerClient,
  | 'policies'
  | 'putPolicy'
  | 'preview'
  | 'deletePolicy'
  | 'exceptions'
  | 'exception'
  | 'putException'
  | 'approveException'
  | 'endException'
  | 'importExceptions'
  | 'exportExceptions'
>

/** On the server, where one is named, else on the store of this machine's configuration. */
export async function onRules<T>(
  choice: ServerChoice,
  context: CliContext,
  work: (rules: RuleBook) => Promise<T>,
): Promise<T> {
  const { server, token } = await chooseServer(choice, context)
  if (server !== null) return withServer({ server, token }, context, work)
  return context.actions.withRules(choice.config ?? null, (local) => work(localRules(local)))
}

function localRules(local: LocalRules): RuleBook {
  return {
    policies: () => policies.listPolicies(local.policies),
    putPolicy: (name, document) => policies.putPolicy(name, document, local.policies),
    preview: (request) =>
      previewDocuments(
        request,
        { ...local, settings: local.exceptions.exceptions, now: local.exceptions.now },
        new AbortController().signal,
      ),
    deletePolicy: (name) => policies.deletePolicy(name, local.policies),
    exceptions: (query, page) => exceptions.listExceptions(query, page, local.exceptions),
    exception: (id) => exceptions.getException(id, local.exceptions),
    putException: (id, document) => exceptions.putException(id, document, local.exceptions),
    approveException: (id, approval) => exceptions.approveException(id, approval, local.exceptions),
    endException: (id) => exceptions.endException(id, local.exceptions),
    async importExceptions(file, { format, name = format, owner, reason, until, dryRun, ...where }) {
      const options = { format, name, owner, reason, until, scopes: scopeOf(where), dryRun }
      return exceptions.takeOver(file, options, local.exceptions)
    },
    exportExceptions: (author, image) => exported(author, image, local),
  }
}

async function exported(author: string, image: string | null, local: LocalRules): Promise<Exported> {
  if (image === null) {
    const { document, leftOut } = await exceptions.exportExceptions(author, local.exceptions)
    return { document, leftOut: leftOut.length === 0 ? null : leftOut.join(', ') }
  }
  const { engine, now } = local.exceptions
  const digest = await localImage(image, local.store)
  const report = await buildReport(digest, null, { store: local.store, engine, rules: local.rules })
  const reports = 'images' in report ? report.images : [report]
  return { document: vexOfReports(reports, { author, at: now().toISOString(), engine }), leftOut: null }
}
