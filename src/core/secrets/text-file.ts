/** Archives, pictures and compiled files that do not always show it in their first bytes. */
const binary =
  'png jpg jpeg gif ico webp bmp tif tiff woff woff2 ttf otf eot pdf ps mp3 mp4 ogg ogv wav flac zip jar war ear gz tgz bz2 xz zst ' +
  'lz4 7z rar deb rpm apk whl gem so a o pyc pyo class mo gmo wasm node exe dll dylib db sqlite sqlite3 pack idx bin dat h5 npy ' +
  'npz pkl parquet onnx pb map'
/** Text in which nobody puts a secret, and of which there is much: declarations, translations, drawings, lists of packages. */
const barren = 'h hh hpp hxx css scss svg po pot dtd xsd afm md5sums sha256sums symbols shlibs'

const skipped: ReadonlySet<string> = new Set(`${binary} ${barren}`.split(' '))
/** What package managers list: millions of paths. */
const lists = /^(?:var\/lib\/dpkg\/info\/|(?:usr\/)?lib\/apk\/db\/)/

/** Whether a file is text that can have secrets, by its first bytes and its name: no text has control characters but blanks and escapes. */
export function isTextFile(head: Uint8Array, path: string, basename: string): boolean {
  const extension = extensionOf(basename)
  if (skipped.has(extension) || skipped.has(extension.toLowerCase()) || lists.test(path)) return false
  for (const byte of head) if (byte < 32 && isControl(byte)) return false
  return true
}

/** Not tab, line feed, form feed, carriage return or escape. */
function isControl(byte: number): boolean {
  return byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27
}

function extensionOf(basename: string): string {
  const dot = basename.lastIndexOf('.')
  return dot < 0 ? '' : basename.slice(dot + 1)
}
