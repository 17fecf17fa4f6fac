// Loaded with --import into a measured process: leaves its peak memory in MiB behind when it ends. Plain JavaScript, so that
// it costs the process nothing.
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env['TALLYMAN_BENCH_USAGE']
if (file && isMainThread) {
  process.once('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS / 1024)))
}
