import { findFile } from '../live-files.ts'
import { decide, evidence } from '../outcome.ts'
import { inWords, isOfSystem } from '../packages.ts'
import type { ContentRule } from '../rule.ts'

export const needlessDaemons: ContentRule = {
  name: 'needless-daemons',
  id: 'TM-0002',
  title: 'No daemon that has no place in an image',
  level: 'medium',
  rationale:
    'An SSH server, cron or mail daemon is a second way in, with accounts and keys of its own; orchestrators give shells, schedules and logs without it.',
  remedy: "Remove the package. For a shell use `docker exec` or `kubectl exec`, for schedules the orchestrator's jobs.",
  references: ['CIS Docker 4.3', 'CIS Docker 5.7'],
  withoutEvidence: '`undecidable` where the package database cannot be read',
  check: ({ packages, config, layers, deletions, unknownPackages }) => {
    const installed = packages.filter(({ type, name }) => isOfSystem(type) && daemons.has(name))
    const server = installed.some(({ name }) => name.includes('ssh')) ? [] : findFile(sshServer, layers, deletions)
    const started = [...config.run.entrypoint, ...config.run.cmd].some((word) => startsServer.test(word))
    return decide(
      [...installed.map(inWords), ...server, ...(started ? [evidence('it starts an SSH server')] : [])],
      unknownPackages,
    )
  },
}

const daemons: ReadonlySet<string> = new Set(
  [
    'openssh-server openssh-server-pam openssh-server-krb5 dropbear dropbear-bin tinysshd tinyssh',
    'telnetd inetutils-telnetd telnet-server busybox-extras-openrc rsh-server rsh-redone-server xinetd openbsd-inetd inetutils-inetd',
    'cron cronie anacron bcron dcron fcron at systemd-cron',
    'exim4 exim4-daemon-light exim4-daemon-heavy postfix sendmail sendmail-bin opensmtpd',
    'vsftpd proftpd proftpd-basic proftpd-core pure-ftpd ftpd tftpd tftpd-hpa tftp-server rsync-daemon',
    'rpcbind nfs-kernel-server nfs-utils ypserv avahi-daemon avahi cups cups-daemon snmpd net-snmp xrdp tigervnc-server x11vnc',
    'rsyslog syslog-ng auditd',
  ].flatMap((names) => names.split(' ')),
)

/** Copied in without its package. */
const sshServer = /(?:^|\n)((?:usr\/)?(?:local\/)?s?bin\/(?:sshd|dropbear))(?=\n|$)/g
const startsServer = /(?:^|[\s/])(?:sshd|dropbear)(?=\s|$)/
