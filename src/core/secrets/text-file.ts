/** Archives, pictures and compiled files that do not always show it in their first bytes. */
const binaryExtension =
  /\.(?:png|jpe?g|gif|ico|webp|bmp|tiff?|woff2?|ttf|otf|eot|pdf|ps|mp[34]|og[gv]|wav|flac|zip|jar|war|ear|gz|tgz|bz2|xz|zst|lz4|7z|rar|deb|rpm|apk|whl|gem|so|a|o|pyc|pyo|class|mo|gmo|wasm|node|exe|dll|dylib|db|sqlite3?|pack|idx|bin|dat|h5|npy|npz|pkl|parquet|onnx|pb|map)$/i

/** Whether a file is text, by its first bytes and its name: no text has control characters but blanks and escapes. */
export function isTextFile(head: Uint8Array, basename: string): boolean {
  for (const byte of head) if (byte < 32 && isControl(byte)) return false
  return !binaryExtension.test(basename)
}

/** Not tab, line feed, form feed, carriage return or escape. */
function isControl(byte: number): boolean {
  return byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27
}
