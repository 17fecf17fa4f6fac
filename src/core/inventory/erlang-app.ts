import type { Cataloger } from './cataloger.ts'
import { isToken } from './evidence-text.ts'

/**
 * Installed Erlang and Elixir applications, `<name>/ebin/<name>.app`: an Erlang term `{application, cowboy, [… {vsn,"2.10.0"} …]}`.
 * Those that come with Erlang/OTP and Elixir are not packages of Hex and have versions of their own.
 */
export const erlangApp: Cataloger = {
  name: 'erlang-app',
  version: 1,
  maxBytes: 4 * 2 ** 20, // it lists the modules: 50 KB for the largest
  wants: (path, basename) => basename.endsWith('.app') && path.endsWith(`ebin/${basename}`),
  *read({ bytes }, note) {
    const text = bytes.toString()
    const name = application.exec(text)?.groups?.['name']
    if (name === undefined) return // other tools use the extension as well
    const version = vsn.exec(text)?.groups?.['version']
    if (!isToken(name) || !isToken(version)) {
      note('it has no usable version')
      return
    }
    yield { kind: 'package', type: ownApplications.has(name) ? 'generic' : 'hex', name, version }
  },
}

const application = /\{\s{0,64}application\s{0,64},\s{0,64}'?(?<name>[\w@]{1,255})'?\s{0,64},/
const vsn = /\{\s{0,64}vsn\s{0,64},\s{0,64}"(?<version>[^"\n]{0,255})"\s{0,64}\}/

const ownApplications: ReadonlySet<string> = new Set(
  (
    'asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen erl_interface erts et eunit ftp inets ' +
    'jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key reltool runtime_tools sasl snmp ssh ssl stdlib ' +
    'syntax_tools tftp tools wx xmerl eex elixir ex_unit iex logger mix'
  ).split(' '),
)
