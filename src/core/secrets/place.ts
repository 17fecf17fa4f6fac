/** Where a text lies, which decides what may be a secret in it. */
export interface Place {
  /** Of a file, without leading slash; empty for variables, labels and build instructions. */
  readonly path: string
  /**
   * `sample`: tests, documentation, examples: what looks like a secret there is made for show. `published`: files of a package
   * that everybody can download. `own`: all others.
   */
  readonly kind: 'own' | 'published' | 'sample'
  readonly isConfiguration: boolean
}

const samples =
  /(?:^|\/)(?:tests?|testing|testdata|test[-_]data|test[-_]?fixtures?|__tests__|unittests?|[a-z]+[-_]tests?|specs?|fixtures?|mocks?|__mocks__|examples?|samples?|demos?|docs?|documentation|man|locale|tutorials?|benchmarks?|testsuite|cassettes|snapshots?)\/|(?:^|\/)(?:readme|changelog|changes|history|news|license|copying|notice|metadata|pkg-info|examples?)(?:[._-][^/]*)?$|[._-](?:test|tests|spec|examples?|samples?|template|tmpl|dist|md|markdown|rst|adoc|d\.ts|po|pot)$|[._-](?:test|spec)\.[a-z]+$|(?:^|\/)tests?[._-][^/]*$|[._-](?:examples?|samples?|template)[._-]?\d*\.[a-z]+$/i

const published =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|gems|jvm|\.m2\/repository|\.cargo\/registry|go\/pkg\/mod|_?vendor|perl5?|Cellar|conda-meta)\/|^(?:usr\/)?(?:lib|lib64|libexec)\/|^usr\/local\/lib\/(?:python|node|ruby|perl)[^/]*\/|^usr\/share\/(?!nginx\/|httpd\/|tomcat|www\/|caddy\/)|^(?:opt|usr\/local)\/(?:python|node|ruby|go|java|jdk|jre|conda)[^/]*\/lib\//

const configuration =
  /(?:^|\/)(?:\.env|\.envrc|\.?env|\.(?:npmrc|yarnrc|pypirc|netrc|pgpass|my\.cnf|s3cfg|boto|dockercfg|git-credentials|gitconfig|vault-token|terraformrc|bashrc|profile|bash_profile|zshrc|condarc|curlrc|wgetrc)|_netrc|pip\.conf|(?:credentials?|secrets?|passwords?|tokens?|config|settings|auth)|[^/]*[Dd]ockerfile[^/]*|[^/]*_history|wp-config\.php|(?:local_)?settings(?:_[a-z]+)?\.py|master\.key)$|(?:^|\/)\.env\.[^/]+$|(?:^|\/)var\/run\/secrets\/|(?:^|\/)run\/secrets\/|\.(?:env|properties|ya?ml|ini|conf|cfg|cnf|config|toml|json|xml|tfvars|tfstate|sh|bash|ps1|bat|cmd|service|rc|hcl|plist|secret|password|token|kdl|sql)$/

/** Packages' descriptions of themselves. */
const manifest = /(?:^|\/)(?:package|package-lock|composer|bower|tsconfig[^/]*|manifest)\.json$/

/** Larger files are data, whatever they are called. */
const largestConfiguration = 256 * 1024

export function isConfigurationFile(path: string, size: number): boolean {
  return size <= largestConfiguration && configuration.test(path) && !manifest.test(path)
}

export function kindOf(path: string): Place['kind'] {
  if (samples.test(path)) return 'sample'
  return published.test(path) ? 'published' : 'own'
}
