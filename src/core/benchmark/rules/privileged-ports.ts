import { exposed, exposedPorts } from '../exposed-ports.ts'
import { decide } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const privilegedPorts: ContentRule = {
  name: 'privileged-ports',
  id: 'TM-0011',
  title: 'No port below 1024 is exposed',
  level: 'low',
  rationale:
    'To listen there a process has to be root or to have a capability, so that the image cannot run with neither.',
  remedy: 'Listen on a port from 1024 up, such as 8080; outside, the service has whatever port it is mapped to.',
  references: ['CIS Docker 5.8'],
  withoutEvidence: 'always decided',
  check: ({ config, history }) =>
    decide(
      exposedPorts(config)
        .filter(({ port }) => port < 1024)
        .map(({ text, port }) => exposed(text, port, history)),
    ),
}
