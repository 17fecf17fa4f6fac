import { emptyPolicy, type Policy } from './policy.ts'

/**
 * In force where no document is given: stop what is bad and can be mended today, show what is bad or easily mended, and
 * leave the rest to lists and counts. docs/policy.md has it as a document.
 */
export const defaultPolicy: Policy = {
  ...emptyPolicy,
  name: 'default',
  vulnerabilities: [
    { name: 'fixable-high', severity: 'high', fixable: true, action: 'fail' },
    { name: 'unfixable-high', severity: 'high', action: 'warn' },
    { name: 'fixable-medium', severity: 'medium', fixable: true, action: 'warn' },
  ],
  onIncomplete: 'inconclusive',
}
