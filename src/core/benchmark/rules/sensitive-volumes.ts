import { normalisePath } from '../../layer/path.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const sensitiveVolumes: ContentRule = {
  name: 'sensitive-volumes',
  id: 'DKL-DI-0002',
  title: 'No volume lies over a sensitive directory',
  level: 'high',
  rationale:
    "A volume over the kernel's file systems, the system's configuration or the runtime's socket asks whoever runs the image to share what should stay apart.",
  remedy: 'Declare volumes for data alone, such as /var/lib/app.',
  references: ['Dockle DKL-DI-0002'],
  withoutEvidence: 'always decided',
  check: ({ config }) => decide(config.run.volumes.filter(isSensitive).map((volume) => evidence(`VOLUME ${volume}`))),
}

const whole: ReadonlySet<string> = new Set([
  '',
  'bin',
  'boot',
  'etc',
  'lib',
  'lib64',
  'root',
  'run',
  'sbin',
  'usr',
  'var/run',
])

function isSensitive(volume: string): boolean {
  const path = normalisePath(volume)
  return (
    whole.has(path) ||
    /^(?:dev|proc|sys)(?:\/|$)/.test(path) ||
    /(?:^|\/)(?:docker|containerd|crio|podman)\.sock$/.test(path)
  )
}
