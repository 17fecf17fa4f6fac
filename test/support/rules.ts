import { readyRules } from '../../src/core/policy/rules.ts'

/** The built-in policy alone. */
export const builtInRules = readyRules({ policies: [], exceptions: [] })
