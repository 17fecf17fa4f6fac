import { exposed, exposedPorts } from '../exposed-ports.ts'
import { decide } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const remoteAccessPorts: ContentRule = {
  name: 'remote-access-ports',
  id: 'TM-0010',
  title: 'No port of a remote login is exposed',
  level: 'medium',
  rationale:
    "SSH, telnet, rlogin, VNC, remote desktops and a runtime's own API are ways in for people and intruders, not services of an application.",
  remedy: 'Remove the EXPOSE, and the daemon behind it.',
  references: ['CIS Docker 5.7'],
  withoutEvidence: 'always decided',
  check: ({ config, history }) =>
    decide(
      exposedPorts(config)
        .filter(({ port }) => remote.has(port))
        .map(({ text, port }) => exposed(text, port, history)),
    ),
}

/** SSH, telnet, rexec, rlogin, rsh, Docker's API, RDP, VNC. */
const remote: ReadonlySet<number> = new Set([22, 23, 512, 513, 514, 2222, 2375, 2376, 3389, 5900, 5901])
