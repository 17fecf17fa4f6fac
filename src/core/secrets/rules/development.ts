import { endsInChecksum } from '../checksum.ts'
import { type SecretRule, token } from '../rule.ts'

/** Where source and packages are kept, built and watched. */
export const development: readonly SecretRule[] = [
  token('github-token', 'GitHub token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36}', {
    isProven: endsInChecksum,
  }),
  token('github-fine-grained-token', 'GitHub token', ['github_pat_'], '[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  token(
    'gitlab-token',
    'GitLab token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glsoat-', 'glft-', 'glimt-', 'glagent-', 'gloas-'],
    '[A-Za-z0-9_.-]{20,80}',
  ),
  token('bitbucket-password', 'Bitbucket app password', ['ATBB'], '[A-Za-z0-9]{32}'),
  token('atlassian-token', 'Atlassian API token', ['ATATT3'], '[A-Za-z0-9_=-]{180,240}'),
  token('npm-token', 'npm token', ['npm_'], '[A-Za-z0-9]{36}', { isProven: endsInChecksum }),
  token('pypi-token', 'PyPI token', ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZw'], '[A-Za-z0-9_-]{50,500}'),
  token('rubygems-key', 'RubyGems API key', ['rubygems_'], '[0-9a-f]{48}'),
  token('nuget-key', 'NuGet API key', ['oy2'], '[a-z0-9]{43}'),
  token('clojars-token', 'Clojars token', ['CLOJARS_'], '[0-9a-z]{60}'),
  token('docker-token', 'Docker Hub token', ['dckr_pat_', 'dckr_oat_'], '[A-Za-z0-9_-]{27,32}'),
  token('artifactory-key', 'Artifactory API key', ['AKCp'], '[A-Za-z0-9]{69}'),
  token('circleci-token', 'CircleCI token', ['CCIPAT_', 'CCIPRJ_'], '[A-Za-z0-9]{22}_[0-9a-f]{40}'),
  token('buildkite-token', 'Buildkite token', ['bkua_'], '[0-9a-f]{40}'),
  token('sonarqube-token', 'SonarQube token', ['sqp_', 'squ_', 'sqa_'], '[0-9a-f]{40}'),
  token('sentry-token', 'Sentry token', ['sntrys_', 'sntryu_'], '[A-Za-z0-9+/=_]{60,400}'),
  token('grafana-token', 'Grafana token', ['glsa_'], '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'),
  token('grafana-cloud-token', 'Grafana Cloud token', ['glc_'], '[A-Za-z0-9+/]{32,400}={0,3}'),
  token('new-relic-key', 'New Relic key', ['NRAK-'], '[A-Z0-9]{27}'),
  token('dynatrace-token', 'Dynatrace token', ['dt0c01.'], '[A-Z0-9]{24}[.][A-Z0-9]{64}'),
  token('postman-key', 'Postman API key', ['PMAK-'], '[0-9a-f]{24}-[0-9a-f]{34}'),
  token('linear-key', 'Linear API key', ['lin_api_', 'lin_oauth_'], '[A-Za-z0-9]{40,64}'),
  token('notion-token', 'Notion token', ['ntn_'], '[A-Za-z0-9]{43,50}'),
  token('figma-token', 'Figma token', ['figd_'], '[A-Za-z0-9_-]{40,50}'),
]
