import { describeReevaluation } from '../../test/reevaluation.ts'

describeReevaluation('re-evaluation on SQLite', 120, async () => ({
  newDatabase: async () => 'sqlite::memory:',
  stop: async () => {},
}))
