import { grype } from './grype.ts'
import { harbor } from './harbor.ts'
import type { Importer } from './importer.ts'
import { openvex } from './openvex.ts'
import { trivyignoreYaml } from './trivyignore-yaml.ts'
import { trivyignore } from './trivyignore.ts'

export const importers: readonly Importer[] = [trivyignore, trivyignoreYaml, grype, harbor, openvex]
