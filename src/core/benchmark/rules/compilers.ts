import { decide } from '../outcome.ts'
import { inWords, isOfSystem } from '../packages.ts'
import type { ContentRule } from '../rule.ts'

export const compilers: ContentRule = {
  name: 'compilers',
  id: 'TM-0006',
  title: 'No compilers and build tools',
  level: 'low',
  rationale:
    'With a compiler an exploit is built where it runs; and build tools are most of the weight, and of the advisories, of many images.',
  remedy: 'Build in one stage, and copy the result into another that has no compiler.',
  references: ['CIS Docker 4.3'],
  withoutEvidence: '`undecidable` where the package database cannot be read',
  check: ({ packages, unknownPackages }) =>
    decide(packages.filter(({ type, name }) => isOfSystem(type) && isBuildTool(name)).map(inWords), unknownPackages),
}

const tools: ReadonlySet<string> = new Set(
  [
    'build-essential build-base base-devel dpkg-dev rpm-build make cmake ninja-build ninja meson automake autoconf bison flex',
    'gcc-c++ gcc-gfortran gfortran clang llvm tcc nasm yasm golang golang-go go rustc rust cargo ghc ocaml fpc mono-devel',
    'default-jdk default-jdk-headless maven gradle ant nodejs-dev',
  ].flatMap((names) => names.split(' ')),
)

/** With release and architecture: `gcc-12`, `g++-12-x86-64-linux-gnu`, `openjdk-17-jdk-headless`; not `gcc-12-base`. */
const isBuildTool = (name: string) =>
  tools.has(name) ||
  /^(?:gcc|g\+\+|cpp|clang|rustc|golang)(?:-\d+(?:\.\d+)*)?(?:-go|-x86-64-linux-gnu|-aarch64-linux-gnu)?$/.test(name) ||
  /^(?:openjdk-?\d+-jdk|java-[\d.]+-openjdk-devel|openjdk\d+-jdk|temurin-\d+-jdk)/.test(name)
