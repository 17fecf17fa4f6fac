import type { ModeFact } from '../inventory/package.ts'
import type { Placed } from './benchmark-image.ts'

const setuid = 0o4000
const setgid = 0o2000

export function isSetId({ entry, mode }: ModeFact): boolean {
  return entry === 'file' && (mode & (setuid | setgid)) !== 0
}

export function setIdText({ path, mode, uid, gid }: Placed<ModeFact>): string {
  const bits = [...(mode & setuid ? [`setuid ${uid}`] : []), ...(mode & setgid ? [`setgid ${gid}`] : [])]
  return `${path} (${mode.toString(8)}, ${bits.join(', ')})`
}

/** Whether distributions have a setuid or setgid program at this path. */
export function isUsual(path: string): boolean {
  const directory = path.slice(0, path.lastIndexOf('/'))
  const name = path.slice(path.lastIndexOf('/') + 1)
  return (binaries.test(directory) && programs.has(name)) || others.test(path)
}

const binaries = /^(?:usr\/)?s?bin$/

const programs: ReadonlySet<string> = new Set(
  [
    'su sudo sudoedit passwd chsh chfn newgrp sg gpasswd chage expiry mount umount mount.nfs mount.cifs fusermount fusermount3',
    'unix_chkpwd pam_timestamp_check pam_extrausers_chkpwd userhelper usernetctl newuidmap newgidmap wall write write.ul bsd-write',
    'ssh-agent crontab at batch locate plocate mlocate pkexec ping ping6 traceroute6.iputils arping dotlockfile lockfile',
    'ntfs-3g screen bbsuid doas chkpwd vlock unix2_chkpwd staprun sendmail postdrop postqueue exim4 procmail utempter utmp mtr-packet',
  ].flatMap((names) => names.split(' ')),
)

/** Helpers in the libraries' directories. */
const others =
  /^usr\/lib(?:exec|64)?\/(?:[\w.-]{1,40}\/){0,4}(?:dbus-daemon-launch-helper|ssh-keysign|polkit-agent-helper-1|utempter|snap-confine|Xorg\.wrap|pt_chown|sudo\/sesh|chrome-sandbox|lxc-user-nic|camel-lock-helper[\w.-]{0,10}|unix_chkpwd)$/
