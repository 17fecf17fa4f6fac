import type { StandingImage, Store } from '../adapters/store/store.ts'
import type { Rules } from '../core/policy/rules.ts'
import { previewImages, type Preview } from './preview-images.ts'
import { standingTallies } from './standing-tallies.ts'

export interface PreviewDeps {
  readonly store: Pick<Store, 'whatIf' | 'feeds' | 'reevaluation' | 'images' | 'sightings'>
  readonly now: () => Date
}

const imagesAtOnce = 2_000

/**
 * Judges every stored image by these rules, and tells which outcomes would be others than they are. Asks each package version
 * once, adds the answers up over shared sets, and judges images from the sums: 100,000 images take some seconds.
 */
export async function previewRules(rules: Rules, deps: PreviewDeps, signal: AbortSignal): Promise<Preview> {
  const { store } = deps
  const bench = { rules, snapshot: await store.feeds.current(), now: deps.now().toISOString() }
  const tallied = await standingTallies(rules, bench.now, store, signal)
  async function* everyImage(): AsyncGenerator<readonly StandingImage[]> {
    for (let after = 0; ;) {
      const part = await store.whatIf.images(after, imagesAtOnce, rules)
      const last = part.at(-1)
      if (last === undefined) return
      yield part.map(tallied)
      after = last.id
    }
  }
  return previewImages(everyImage(), bench, deps, signal)
}
