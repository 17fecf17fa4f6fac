import { expect, test } from 'vitest'
import { capabilitiesOf } from './file-capabilities.ts'

test.each([
  // setcap cap_net_raw+ep, as Linux stores it in /usr/bin/ping
  ['0100000200200000000000000000000000000000', 'cap_net_raw+ep'],
  ['00000002' + '80000000' + '00000000' + '00000000' + '00000000', 'cap_setuid+p'],
  [
    '01000002' + '00040000' + '02040000' + '80000000' + '00000000',
    'cap_dac_override+ei cap_net_bind_service+eip cap_bpf+ep',
  ],
  // The third revision ends with the root of a user namespace.
  ['01000003' + '00002000' + '00000000' + '00000000' + '00000000' + 'e8030000', 'cap_sys_admin+ep'],
  ['01000001' + '01000000' + '00000000', 'cap_chown+ep'],
  ['01000002' + '00000000' + '00000000' + '00000080' + '00000000', 'cap_63+ep'],
  ['00000002' + '00000000'.repeat(4), 'none'],
  ['01000002', 'unreadable'],
  ['0100000900200000000000000000000000000000', 'unreadable'],
])('writes %s as %s', (hex, text) => {
  expect(capabilitiesOf(Buffer.from(hex, 'hex'))).toBe(text)
})
