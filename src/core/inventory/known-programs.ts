/** A program by its file's name, and what in it says its version. */
export interface KnownProgram {
  readonly name: string
  readonly files: RegExp
  /**
   * The first group is the version. Every repetition in them has a bound, so that they take time in proportion to the file,
   * and most begin with a literal, which is found at the speed of memory.
   */
  readonly patterns: (basename: string) => readonly RegExp[]
}

const r = String.raw

/** `<0>` stands for the byte that ends a string in a program, and `<V>` for a version of three numbers. */
function pattern(text: string): RegExp {
  return new RegExp(text.replaceAll('<0>', r`\x00`).replaceAll('<V>', r`(\d{1,4}\.\d{1,4}\.\d{1,4})`))
}

function known(name: string, files: RegExp, ...texts: readonly string[]): KnownProgram {
  const patterns = texts.map(pattern)
  return { name, files, patterns: () => patterns }
}

/** The file says 3.11, and the text in it goes on from there; where the compiler took it apart, a build path has it. */
function python(basename: string): readonly RegExp[] {
  const [, major, minor] = /^(?:lib)?python(\d{1,2})\.(\d{1,2})/.exec(basename) ?? []
  if (!major || !minor) return []
  const release = r`${major}\.${minor}\.\d{1,3}(?:(?:a|b|rc)\d{1,3})?`
  return [pattern(r`<0>(${release})\+?<0>`), pattern(r`/Python-(${release})[/<0>]`)]
}

/** After the classifiers of Syft (https://github.com/anchore/syft), which have been tried on thousands of images. */
export const programs: readonly KnownProgram[] = [
  known('node', /^node(?:js)?(?:\.exe)?$/, r`node\.js/v<V>`, r`<0>(?:node )?v<V><0>`),
  { name: 'python', files: /^(?:lib)?python\d/, patterns: python },
  known('pypy', /^libpypy.{0,20}\.so/, r`\[PyPy <V>`),
  known(
    'openssl',
    /^(?:openssl|libcrypto\.so.{0,20}|libssl\.so.{0,20})$/,
    r`<0>OpenSSL (\d{1,2}\.\d{1,2}\.\d{1,2}(?:[a-z]{1,2}|-(?:alpha|beta|rc)\d{1,2})?)(?:<0>| )`,
  ),
  known('busybox', /^busybox/, r`BusyBox v<V>`),
  known('bash', /^bash$/, r`@\(#\)Bash version (\d{1,2}\.\d{1,2}\.\d{1,3})\(`),
  known('nginx', /^(?:nginx|openresty)$/, r`<0>nginx version: [a-zA-Z.]{1,32}/<V>`),
  known('httpd', /^(?:httpd|apache2)$/, r`Apache/<V>`),
  known(
    'haproxy',
    /^haproxy$/,
    r`HA-?Proxy version <V>`,
    r`<0>version <V>[^<0>]{0,64}, released 20`,
    r`<0><V>-[0-9a-f]{6,12}<0>`,
  ),
  known(
    'redis',
    /^redis-(?:server|check-rdb|check-aof|sentinel)$/,
    r`Redis version=?<V>`,
    r`<0><V>[a-z0-9-]{1,64}-\d{9,20}`,
  ),
  known('valkey', /^valkey-(?:server|check-rdb|check-aof|sentinel)$/, r`<0><V>[a-z0-9-]{1,64}-\d{9,20}`),
  known('memcached', /^memcached$/, r`memcached <V>`),
  known('postgresql', /^postgres$/, r`<0>PostgreSQL (\d{1,2}(?:\.\d{1,3}){0,2}(?:(?:alpha|beta|rc)\d{1,2})?)`),
  known('mariadb', /^(?:mariadbd?|mysqld?)$/, r`<V>-MariaDB`),
  known('mysql', /^mysqld?$/, r`/mysql-<V>/`, r`<0><V><0>{1,4}mysql`),
  known('mongodb', /^mongod$/, r`<0><V><0>{1,8}tcmalloc`, r`<0><V><0>{1,8}heap_size`, r`<0><V><0>{1,8}cppdefines`),
  known('perl', /^perl/, r`/lib/perl\d{0,2}/<V>`),
  known(
    'ruby',
    /^(?:ruby[\d.]{0,5}|libruby.{0,20}\.so.{0,20})$/,
    r`ruby (\d{1,2}\.\d{1,2}\.\d{1,3}(?:p\d{1,4}|(?:preview|rc)\d{1,2}|dev)?) \(`,
  ),
  known('php', /^(?:php[\d.]{0,5}|php-(?:fpm|cgi|cli)[\d.]{0,5}|libphp.{0,10}\.so)$/, r`X-Powered-By: PHP/<V>`),
  known('erlang', /^(?:erlexec|beam\.smp)$/, r`/otp(?:_src_|-)(\d{1,2}\.\d{1,2}(?:\.\d{1,3}){0,3})/erts/`),
  known('go', /^go(?:\.exe)?$/, r`<0>go(\d{1,2}\.\d{1,3}(?:\.\d{1,3}|rc\d|beta\d)?)<0>`),
  known(
    'java',
    /^java(?:\.exe)?$/,
    r`<0>openjdk<0>{1,8}java<0>{1,8}[\d.]{1,10}<0>{1,8}(\d{1,3}(?:\.\d{1,3}){0,4}\+\d{1,4})[-\w]{0,20}<0>`,
    r`<0>(\d{1,2}(?:\.\d{1,3}){0,4}\+\d{1,3})(?:-[-\w]{1,20})?<0>`,
    r`<0>(1\.8\.0_\d{1,3}-b\d{1,3})<0>`,
  ),
  known('rust', /^libstd-[0-9a-f]{16}\.so$/, r`rustc version <V>`),
  known('deno', /^deno$/, r`Deno/<V>`),
  known('lighttpd', /^lighttpd$/, r`lighttpd/<V>`),
  known('proftpd', /^proftpd$/, r`<0>ProFTPD Version (\d{1,2}\.\d{1,2}\.\d{1,2}[a-z]?)<0>`),
  known('curl', /^curl$/, r`curl/<V>`),
  known('traefik', /^traefik$/, r`<0>v?<V><0>`),
]
