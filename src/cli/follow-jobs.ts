import type { DeadJob, LaneDepth } from '../adapters/queue/queue.ts'
import { follow, type Inquiry, type PageChoice } from './inquiry.ts'
import type { JobList } from './server-client.ts'

/** The dead jobs, page after page, with the depth of the lanes as the last page said it. */
export async function followJobs(choice: PageChoice, inquiry: Pick<Inquiry, 'jobs'>): Promise<JobList> {
  let depth: readonly LaneDepth[] = []
  const page = await follow<DeadJob>(choice, async (request) => {
    const answer = await inquiry.jobs(request)
    depth = answer.depth
    return answer
  })
  return { depth, ...page }
}
