import { cloudevents } from './cloudevents.ts'
import type { Dialect } from './dialect.ts'
import { distribution } from './distribution.ts'
import { generic } from './generic.ts'
import { ghcr } from './ghcr.ts'
import { harbor } from './harbor.ts'

/** A registry's `kind` in the configuration is the name of one of these. */
export const dialects: readonly Dialect[] = [distribution, harbor, ghcr, cloudevents, generic]
