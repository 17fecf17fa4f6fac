/** linux/capability.h, by number. */
const names = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
] as const

/** Bytes of `struct vfs_cap_data` by its revision; of the third a user namespace's root is the last part. */
const lengths: Readonly<Record<number, number>> = { 0x01: 12, 0x02: 20, 0x03: 24 }

/**
 * The extended attribute security.capability as getcap(8) writes it: `cap_net_raw+ep`, groups of equal flags apart. A value
 * that the kernel would not take either is `unreadable`.
 */
export function capabilitiesOf(value: Buffer): string {
  const revision = value[3] ?? 0
  if (value.length !== lengths[revision]) return 'unreadable'
  const effective = value[0]! & 1 ? 'e' : ''
  const words = revision === 1 ? 1 : 2
  const groups = new Map<string, string[]>()
  for (let bit = 0; bit < words * 32; bit++) {
    const has = (field: number) => (value.readUInt32LE(4 + (bit >> 5) * 8 + field * 4) >>> (bit & 31)) & 1
    const granted = `${has(1) ? 'i' : ''}${has(0) ? 'p' : ''}`
    if (granted === '') continue
    const flags = `${effective}${granted}`
    groups.set(flags, [...(groups.get(flags) ?? []), `cap_${names[bit] ?? bit}`])
  }
  return [...groups].map(([flags, granted]) => `${granted.join(',')}+${flags}`).join(' ') || 'none'
}
