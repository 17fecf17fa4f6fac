import { capabilitiesOf } from './file-capabilities.ts'
import { nameOf } from './path.ts'
import { TarError } from './tar-header.ts'

/** What a pax header says of the next entry; empty values say nothing. Keys and the numbers are plain text. */
export interface PaxRecords {
  readonly path?: string
  readonly linkpath?: string
  readonly size?: number
  readonly sparse?: PaxSparse
  readonly uid?: number
  readonly gid?: number
  /** `cap_net_raw+ep` */
  readonly capabilities?: string
}

/** GNU's sparse formats 0.0, 0.1 (`map` given) and 1.0 (map at the start of the body). */
interface PaxSparse {
  readonly name?: string
  readonly realSize: number
  readonly map: readonly number[] | undefined
}

/**
 * Records `"<length> <key>=<value>\n"`, where the length counts itself; values are raw bytes and may hold newlines.
 * Throws TarError where Go's archive/tar refuses them too.
 */
export function parsePax(bytes: Buffer): PaxRecords {
  const values = new Map<string, Buffer>()
  const pairs: number[] = []
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at)
    const length = space > at && space - at < 16 ? Number(bytes.toString('latin1', at, space)) : Number.NaN
    const end = at + length
    if (!Number.isInteger(length) || end > bytes.length || end <= space + 1 || bytes[end - 1] !== 0x0a) {
      throw new TarError('has a malformed pax header')
    }
    const equals = bytes.indexOf(0x3d, space)
    if (equals < 0 || equals >= end) throw new TarError('has a malformed pax header')
    const key = bytes.toString('latin1', space + 1, equals)
    const value = bytes.subarray(equals + 1, end - 1)
    // Format 0.0 repeats these two keys, in order.
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') pairs.push(decimal(value))
    else values.set(key, value)
    at = end
  }
  return recordsOf(values, pairs)
}

function recordsOf(values: ReadonlyMap<string, Buffer>, pairs: readonly number[]): PaxRecords {
  const path = name(values.get('path'))
  const linkpath = name(values.get('linkpath'))
  const size = number(values.get('size'))
  const sparse = sparseOf(values, pairs)
  const uid = id(values.get('uid'))
  const gid = id(values.get('gid'))
  const capabilities = values.get('SCHILY.xattr.security.capability')
  return {
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size === undefined ? {} : { size }),
    ...(sparse === undefined ? {} : { sparse }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    // Empty values remove what a global header said.
    ...(capabilities?.length ? { capabilities: capabilitiesOf(capabilities) } : {}),
  }
}

function sparseOf(values: ReadonlyMap<string, Buffer>, pairs: readonly number[]): PaxSparse | undefined {
  const version = [values.get('GNU.sparse.major'), values.get('GNU.sparse.minor')]
    .map((part) => part?.toString() ?? '')
    .join('.')
  const list = values.get('GNU.sparse.map')
  const listed = version === '.' || version === '0.0' || version === '0.1'
  if (listed ? list === undefined && pairs.length === 0 : version !== '1.0') return undefined
  const named = name(values.get('GNU.sparse.name'))
  const realSize = number(values.get('GNU.sparse.realsize') ?? values.get('GNU.sparse.size'))
  if (realSize === undefined) throw new TarError('has a sparse file without a size')
  const map =
    list === undefined
      ? pairs
      : list
          .toString('latin1')
          .split(',')
          .map((part) => decimal(Buffer.from(part)))
  return { realSize, map: listed ? map : undefined, ...(named === undefined ? {} : { name: named }) }
}

function name(value: Buffer | undefined): string | undefined {
  if (!value?.length) return undefined
  if (value.includes(0)) throw new TarError('has a pax header with a NUL in a name')
  return nameOf(value, 0, value.length)
}

function number(value: Buffer | undefined): number | undefined {
  return value?.length ? decimal(value) : undefined
}

/** Go takes negative ones too; nobody writes them here, and then the header's own stands. */
function id(value: Buffer | undefined): number | undefined {
  const text = value?.toString('latin1', 0, 11) ?? ''
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

/** A decimal number in a pax value or a sparse map. Throws TarError. */
export function decimal(value: Buffer): number {
  const number = /^\d{1,16}$/.test(value.toString('latin1', 0, 17)) ? Number(value.toString('latin1')) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new TarError('has a number that is not decimal')
  return number
}
