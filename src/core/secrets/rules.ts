import type { SecretRule } from './rule.ts'
import { assignments } from './rules/assignments.ts'
import { cloud } from './rules/cloud.ts'
import { credentialFiles } from './rules/credential-files.ts'
import { development } from './rules/development.ts'
import { jsonWebTokens } from './rules/json-web-token.ts'
import { privateKeys } from './rules/private-keys.ts'
import { statements } from './rules/statements.ts'
import { services } from './rules/services.ts'
import { urls } from './rules/urls.ts'

/** Every rule, the more exact before the vaguer: of two that find the same text the first decides. */
export const secretRules: readonly SecretRule[] = [
  ...privateKeys,
  ...cloud,
  ...development,
  ...services,
  ...credentialFiles,
  ...jsonWebTokens,
  ...urls,
  ...assignments,
  ...statements,
]
