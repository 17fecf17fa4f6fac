import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const rootUser: ContentRule = {
  name: 'root-user',
  id: 'CIS-DI-0001',
  title: 'The container runs as a user other than root',
  level: 'high',
  rationale:
    'A process that is root in its container needs one flaw in the kernel, the runtime or a mount to be root on the node; and inside, it may change every file and install what it likes.',
  remedy:
    'Create a user in the build and name it in the last USER, best by number (`USER 10001`), so that Kubernetes can check runAsNonRoot. What needs a low port gets CAP_NET_BIND_SERVICE or another port.',
  references: ['CIS Docker 4.1'],
  withoutEvidence: '`undecidable` where etc/passwd cannot be read or does not have the name',
  check: ({ config, accounts, unknownIn }) => {
    const [user = ''] = config.run.user.split(':')
    if (user === '') return decide([evidence('no USER is set, so it starts as root')])
    if (/^\d+$/.test(user)) return decide(Number(user) === 0 ? [evidence(`USER ${user} is root`)] : [])
    const named = accounts.filter(({ database, name }) => database === 'passwd' && name === user)
    if (named.length > 0) {
      return decide(named.filter(({ id }) => id === 0).map(({ path }) => evidence(`USER ${user} has uid 0 in ${path}`)))
    }
    if (user === 'root') return decide([evidence('USER root is root')])
    return decide([], [...unknownIn(isPasswd), evidence(`USER ${user} is not in etc/passwd`)])
  },
}

const isPasswd = (path: string) => path === 'etc/passwd'
