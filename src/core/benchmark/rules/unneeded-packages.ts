import { inWords, isOfSystem } from '../packages.ts'
import { decide } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const unneededPackages: ContentRule = {
  name: 'unneeded-packages',
  id: 'CIS-DI-0003',
  title: 'No packages that a running service has no use for',
  level: 'low',
  rationale:
    'Editors, debuggers, remote shells and network tools are what an intruder looks for first, and each of them brings advisories of its own.',
  remedy:
    'Install with --no-install-recommends, leave tools to a debug image, and copy what the service needs into a slim or distroless final stage.',
  references: ['CIS Docker 4.3'],
  withoutEvidence: '`undecidable` where the package database cannot be read',
  check: ({ packages, unknownPackages }) =>
    decide(packages.filter(({ type, name }) => isOfSystem(type) && unneeded.has(name)).map(inWords), unknownPackages),
}

/** By the names of Debian, Alpine and the RPM distributions. curl and wget are left out: health checks use them. */
const unneeded: ReadonlySet<string> = new Set(
  [
    'vim vim-tiny vim-minimal vim-enhanced vim-nox neovim nano emacs emacs-nox joe mg ed',
    'gdb gdbserver strace ltrace valgrind lldb perf linux-perf bpftrace bpftool',
    'netcat netcat-openbsd netcat-traditional nmap nmap-ncat ncat socat tcpdump tshark wireshark wireshark-common hping3 iftop',
    'telnet inetutils-telnet ftp tnftp inetutils-ftp lftp tftp tftp-hpa rsh-client rsh rsh-redone-client talk finger',
    'openssh-client openssh-clients openssh-client-default openssh-client-common sshpass putty-tools dropbear-ssh dropbear-dbclient',
    'man-db man-pages manpages manpages-dev mandoc info texinfo',
    'screen tmux byobu',
    'nis ypbind yp-tools hydra john sqlmap masscan',
  ].flatMap((names) => names.split(' ')),
)
