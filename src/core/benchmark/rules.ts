import type { ContentRule, RuleText, StandingRule } from './rule.ts'
import { addInstruction } from './rules/add-instruction.ts'
import { addedSetuidPrograms } from './rules/added-setuid-programs.ts'
import { apkCache } from './rules/apk-cache.ts'
import { aptLists } from './rules/apt-lists.ts'
import { compilers } from './rules/compilers.ts'
import { contentTrust } from './rules/content-trust.ts'
import { deletedFiles } from './rules/deleted-files.ts'
import { deviceNodes } from './rules/device-nodes.ts'
import { distUpgrade } from './rules/dist-upgrade.ts'
import { duplicateAccounts } from './rules/duplicate-accounts.ts'
import { emptyPasswords } from './rules/empty-passwords.ts'
import { fileCapabilities } from './rules/file-capabilities.ts'
import { healthcheck } from './rules/healthcheck.ts'
import { imageAge } from './rules/image-age.ts'
import { imageLabels } from './rules/image-labels.ts'
import { latestBase } from './rules/latest-base.ts'
import { latestTag } from './rules/latest-tag.ts'
import { loneUpdate } from './rules/lone-update.ts'
import { needlessDaemons } from './rules/needless-daemons.ts'
import { noSecrets } from './rules/no-secrets.ts'
import { packageManagers } from './rules/package-managers.ts'
import { passwordsInImage } from './rules/passwords-in-image.ts'
import { privilegedPorts } from './rules/privileged-ports.ts'
import { rebuiltWithFixes } from './rules/rebuilt-with-fixes.ts'
import { remoteAccessPorts } from './rules/remote-access-ports.ts'
import { rootUser } from './rules/root-user.ts'
import { secondRoot } from './rules/second-root.ts'
import { sensitiveVolumes } from './rules/sensitive-volumes.ts'
import { setuidPrograms } from './rules/setuid-programs.ts'
import { shellEntrypoint } from './rules/shell-entrypoint.ts'
import { sshLogins } from './rules/ssh-logins.ts'
import { strayFiles } from './rules/stray-files.ts'
import { sudo } from './rules/sudo.ts'
import { sudoWithoutPassword } from './rules/sudo-without-password.ts'
import { trustedBase } from './rules/trusted-base.ts'
import { uncheckedDownloads } from './rules/unchecked-downloads.ts'
import { unneededPackages } from './rules/unneeded-packages.ts'
import { unverifiedPackages } from './rules/unverified-packages.ts'
import { worldWritable } from './rules/world-writable.ts'

/** Every rule over what an image is, by id. */
export const contentRules: readonly ContentRule[] = [
  rootUser,
  unneededPackages,
  healthcheck,
  loneUpdate,
  setuidPrograms,
  addInstruction,
  noSecrets,
  unverifiedPackages,
  sudo,
  sensitiveVolumes,
  distUpgrade,
  apkCache,
  aptLists,
  emptyPasswords,
  duplicateAccounts,
  strayFiles,
  addedSetuidPrograms,
  needlessDaemons,
  sshLogins,
  sudoWithoutPassword,
  packageManagers,
  compilers,
  worldWritable,
  deviceNodes,
  fileCapabilities,
  remoteAccessPorts,
  privilegedPorts,
  passwordsInImage,
  secondRoot,
  shellEntrypoint,
  latestBase,
  imageLabels,
  deletedFiles,
  uncheckedDownloads,
]

/** Every rule over what is known of an image, by id. */
export const standingRules: readonly StandingRule[] = [trustedBase, rebuiltWithFixes, contentTrust, latestTag, imageAge]

/** What all of them say of themselves, by id. */
export const ruleCatalogue: readonly RuleText[] = [...contentRules, ...standingRules]
  .map(({ check: _check, ...text }) => text)
  .toSorted((a, b) => (a.id < b.id ? -1 : 1))

const textsById = new Map(ruleCatalogue.map((text) => [text.id, text]))

/** What a rule says of itself; undefined for an id that only another version of tallyman knows. */
export function ruleText(id: string): RuleText | undefined {
  return textsById.get(id)
}
