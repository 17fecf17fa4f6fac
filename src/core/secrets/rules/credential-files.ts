import { isCommonWord, isReference } from '../plausible.ts'
import type { Candidate, SecretRule } from '../rule.ts'

/*
 * Files of clients in which a secret has a place of its own: what stands there is one, however it looks, unless it stands for
 * another value.
 */
export const credentialFiles: readonly SecretRule[] = [
  inFile(
    'npm-credentials',
    'Password for an npm registry',
    /(?:^|\/)\.?npmrc$/,
    /_(?:authToken|auth|password)\s{0,8}=\s{0,8}"?(?<secret>[^\s"]{1,2000})/dg,
  ),
  inFile(
    'yarn-credentials',
    'Password for an npm registry',
    /(?:^|\/)\.yarnrc\.yml$/,
    /npmAuth(?:Token|Ident)"?:\s{0,8}"?(?<secret>[^\s"]{1,2000})/dg,
  ),
  inFile(
    'pypi-credentials',
    'Password for a Python index',
    /(?:^|\/)\.pypirc$/,
    /password\s{0,8}[=:]\s{0,8}(?<secret>[^\s]{1,2000})/dg,
  ),
  inFile('netrc', 'Password in .netrc', /(?:^|\/)[._]netrc$/, /password\s{1,8}(?<secret>[^\s]{1,500})/dg),
  inFile(
    'pgpass',
    'PostgreSQL password',
    /(?:^|\/)\.pgpass$/,
    /(?<=(?:^|\n)[^\s#:]{1,253}):[\d*]{1,5}:[^\s:]{1,63}:[^\s:]{1,63}:(?<secret>[^\s]{1,500})/dg,
  ),
  inFile(
    'mysql-password',
    'MySQL password',
    /(?:^|\/)\.?my\.cnf$/,
    /(?<=(?:^|\n)\s{0,8})password\s{0,8}=\s{0,8}["']?(?<secret>[^\s"']{1,200})/dg,
  ),
  inFile(
    'aws-credentials',
    'AWS credentials',
    /(?:^|\/)\.aws\/(?:credentials|config)$|(?:^|\/)\.(?:s3cfg|boto)$/,
    /(?<=(?:^|\n)\s{0,8})(?:aws_secret_access_key|aws_access_key_id|aws_session_token|secret_key|access_key)\s{0,8}=\s{0,8}(?<secret>[^\s]{1,2000})/dg,
  ),
  inFile(
    'docker-credentials',
    'Password for a registry',
    /(?:^|\/)(?:\.docker|\.config\/containers|containers\/\d+|\.kaniko|kaniko\/\.docker)\/(?:config|auth)\.json$|(?:^|\/)\.docker(?:cfg|configjson)$/,
    /"(?:auth|identitytoken|registrytoken|password)"\s{0,8}:\s{0,8}"(?<secret>[^\s"]{1,8000})"/dg,
  ),
  inFile(
    'kubernetes-credentials',
    'Kubernetes credentials',
    /(?:^|\/)(?:\.kube\/config|kubeconfig|[^/]{0,200}\.kubeconfig|admin\.conf|k3s\.yaml)$/,
    /(?:token|client-key-data|password):\s{0,8}["']?(?<secret>[^\s"']{1,12000})/dg,
  ),
  inFile(
    'kubernetes-token',
    'Kubernetes service account token',
    /(?:^|\/)run\/secrets\/kubernetes\.io\/serviceaccount\/token$/,
    /eyJ[A-Za-z0-9_.-]{40,4000}/dg,
  ),
  inFile(
    'maven-credentials',
    'Password in Maven settings',
    /(?:^|\/)(?:\.m2|conf)\/settings(?:-security)?\.xml$/,
    /<(?:password|passphrase)>(?<secret>[^<\s]{1,500})</dg,
  ),
  inFile(
    'gem-credentials',
    'RubyGems API key',
    /(?:^|\/)\.gem\/credentials$|(?:^|\/)\.bundle\/config$/,
    /(?:_key:|BUNDLE_[A-Z0-9_]{1,200}__(?:COM|ORG|IO|NET|DEV|[A-Z]{2,12}):)\s{0,8}["']?(?<secret>[^\s"']{8,500})/dg,
  ),
  inFile(
    'cargo-token',
    'Token for a crate registry',
    /(?:^|\/)\.cargo\/credentials(?:\.toml)?$/,
    /token\s{0,8}=\s{0,8}["'](?<secret>[^\s"']{1,500})/dg,
  ),
  inFile(
    'composer-credentials',
    'Token for a Composer repository',
    /(?:^|\/)(?:\.composer|composer)\/auth\.json$|(?:^|\/)auth\.json$/,
    /"(?:password|token|bearer|github\.com|gitlab\.com)"\s{0,8}:\s{0,8}"(?<secret>[^\s"]{4,2000})"/dg,
  ),
  inFile(
    'terraform-credentials',
    'Terraform token',
    /(?:^|\/)(?:\.terraformrc|terraform\.rc|credentials\.tfrc\.json)$/,
    /token"?\s{0,8}[=:]\s{0,8}"(?<secret>[^\s"]{4,2000})"/dg,
  ),
  inFile(
    'vault-token-file',
    'HashiCorp Vault token',
    /(?:^|\/)\.vault-token$/,
    /(?<![A-Za-z0-9])(?:hvs|s)\.[A-Za-z0-9_-]{20,300}/dg,
  ),
  inFile(
    'rails-master-key',
    'Rails master key',
    /(?:^|\/)config\/(?:master|credentials\/[a-z]{1,40})\.key$/,
    /(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{64})(?![0-9a-f])/dg,
  ),
]

function inFile(id: string, title: string, files: RegExp, pattern: RegExp): SecretRule {
  return { id, title, keywords: [], pattern, files, scope: 'configuration', isSecret: standsForItself }
}

function standsForItself({ secret }: Candidate): boolean {
  return !isReference(secret) && !isCommonWord(secret)
}
