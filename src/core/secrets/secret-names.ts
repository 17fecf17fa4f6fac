/** Words that only look like those of a secret's name. */
const lookAlikes =
  /KEY(?:BOARD|MAP|NOTE|PRESS|FRAME|RING|SERVER|SPACE|WORD|CODE|UP|DOWN|CHAIN|CLOAK)S?|(?:MON|TUR|DON|HOC|JOC|WHIS|GPG_?|PGP_?|APT_|PUBLIC_?|PUB_?|HOST_?|SORT_?|PRIMARY_?|FOREIGN_?|PARTITION_?|CACHE_?|ROUTING_?|OBJECT_?|MAP_?|INDEX_?|LANGUAGE_?)KEYS?|(?:COM|BY|TRES|SUR|EN?COM|ONE|MULTI)_?PASS|PASS(?:ENGER|IVE|THROUGH|THRU|PORT|ED|ING|ES|AGE|ABLE|LIB)|ACCESS(?:IBLE|IBILITY|OR|ORY|_LOGS?|_MODES?|_TIME|_LEVEL|_CONTROL|_TYPE|ED)|TOKENI[SZ]\w*|(?:MAX|MIN|NUM|N|TOTAL|INPUT|OUTPUT|CONTEXT|NEW|STOP|PAD|EOS|BOS|UNK|SPECIAL|CSRF|XSRF)_?TOKENS?|SECRETARY|(?:ALLOW_EMPTY|RANDOM)_(?:ROOT_)?PASSWORD/g

/** What follows when it is not the secret itself that is stated, but something about it. */
const about =
  /(?:^|_)(?:FILES?|PATHS?|DIR(?:ECTORY)?|URLS?|URI|NAMES?|IDS?|SIZE|LENGTH|LEN|TYPE|ALGO(?:RITHM)?|FORMAT|ENCODING|VERSION|HOST|PORT|ENDPOINT|TTL|EXPIR\w*|LIFETIME|DURATION|TIMEOUT|MAX|MIN|COUNT|LIMIT|POLICY|RULES?|REGEX|PATTERN|PROMPT|HINT|LABEL|FIELD|HEADER|PREFIX|SUFFIX|ENABLED?|DISABLED?|REQUIRED|ALLOWED|FINGERPRINT|SHA\d+|MD5|CHECKSUM|REF|REFS|STORE|STORES|MANAGER|PROVIDER|SOURCE|CLASS|ISSUER|AUDIENCE|SCOPES?|PARALLELISM|LOCATION|ALIAS|USAGE|STRATEGY|MODE|REGION|BACKEND|COMMAND|CMD|HELPER|ASK|ROTATION|BITS|CURVE|STATUS|PLACEHOLDER|MESSAGE|ERROR|TITLE|TEXT|DESCRIPTION|KIND|SERVICE|VALIDATOR|VALIDATION|RESET|CHANGE|GENERATOR|HASHER|HASHERS|VALIDATORS|SALT_ROUNDS|AGENT_LIFETIME|STDIN)$/

/**
 * Whether a variable, label or setting is called like a secret: it has PASS, SECRET, KEY, ACCESS or TOKEN in it, as Dockle
 * asks, and is not one of the many that only sound so, like GPG_KEY, KEY_SIZE or TOKEN_FILE.
 */
export function namesSecret(name: string): boolean {
  const words = name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
  if (/ACCESS_?KEY_?ID$/.test(words)) return true
  return (
    !about.test(words) &&
    /PASS|PWD$|PASSWD|SECRET|KEY|ACCESS|TOKEN|CREDENTIAL|APIKEY/.test(words.replace(lookAlikes, ''))
  )
}

/** Of those, one that people think up, so that its value need not look random. */
export function namesPassword(name: string): boolean {
  return /pass|pwd|passwd|passphrase/i.test(name)
}

/** In the ways in which names are written: `api_key`, `API_KEY`, `Api_key`, and with a capital inside a name, `dbPassword`. */
export function cased(...words: readonly string[]): readonly string[] {
  return words.flatMap((word) => [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)])
}

const longestName = 64

/** The whole name of which a keyword is a part. */
export function nameAround(text: string, at: number): string {
  let start = at
  while (start > 0 && at - start < longestName && /[\w.-]/.test(text[start - 1]!)) start--
  return /^[\w.-]*/.exec(text.slice(start, at + longestName))![0]
}
