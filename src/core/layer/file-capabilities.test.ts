import { expect, test } from 'vitest'
import { capabilitiesOf } from './file-capabilities.ts'

test.each([
  // setcap cap_net_raw+ep, as Linux stores it in /usr/bin/ping
  ['0100000200200000000000000000000000000000', 'cap_net_raw+ep'],
  ['0000000280000000000000000000000000000000', 'cap_setuid+p'],
  ['0100000200040000020400008000000000000000', 'cap_dac_override+ei cap_net_bind_service+eip cap_bpf+ep'],
  // The third revision ends with the root of a user namespace.
  ['0100000300002000000000000000000000000000e8030000', 'cap_sys_admin+ep'],
  ['010000010100000000000000', 'cap_chown+ep'],
  ['0100000200000000000000000000008000000000', 'cap_63+ep'],
  ['00000002' + '00'.repeat(16), 'none'],
  ['01000002', 'unreadable'],
  ['0100000900200000000000000000000000000000', 'unreadable'],
])('writes %s as %s', (hex, text) => {
  expect(capabilitiesOf(Buffer.from(hex, 'hex'))).toBe(text)
})
