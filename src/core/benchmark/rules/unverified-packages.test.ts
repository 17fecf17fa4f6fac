import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { unverifiedPackages } from './unverified-packages.ts'

test.each<[string, string[]]>([
  [
    'RUN /bin/sh -c apt-get install -y --allow-unauthenticated x # buildkit',
    ['layer 1: instruction 2 (RUN): apt-get --allow-unauthenticated'],
  ],
  [
    'RUN /bin/sh -c apt-get -o Acquire::AllowInsecureRepositories=true update # buildkit',
    ['layer 1: instruction 2 (RUN): apt-get Acquire::AllowInsecureRepositories'],
  ],
  ['RUN /bin/sh -c yum install --nogpgcheck x # buildkit', ['layer 1: instruction 2 (RUN): yum --nogpgcheck']],
  ['RUN /bin/sh -c dnf --setopt=app.gpgcheck=0 install x # buildkit', ['layer 1: instruction 2 (RUN): dnf --setopt']],
  [
    'RUN /bin/sh -c apk add --allow-untrusted x.apk # buildkit',
    ['layer 1: instruction 2 (RUN): apk --allow-untrusted'],
  ],
  [
    'RUN /bin/sh -c echo "deb [arch=amd64 trusted=yes] http://x ./" > /etc/apt/sources.list.d/x.list # buildkit',
    ['layer 1: instruction 2 (RUN): echo [trusted=yes]'],
  ],
  ['RUN /bin/sh -c curl -sSkL https://x -o y # buildkit', ['layer 1: instruction 2 (RUN): curl -k']],
  [
    'RUN /bin/sh -c wget --no-check-certificate https://x # buildkit',
    ['layer 1: instruction 2 (RUN): wget --no-check-certificate'],
  ],
  [
    'RUN /bin/sh -c pip3 install --trusted-host=pypi.example x # buildkit',
    ['layer 1: instruction 2 (RUN): pip3 --trusted-host'],
  ],
  ['RUN /bin/sh -c npm config set strict-ssl false # buildkit', ['layer 1: instruction 2 (RUN): npm strict-ssl']],
  [
    'RUN /bin/sh -c git config --global http.sslVerify false # buildkit',
    ['layer 1: instruction 2 (RUN): git http.sslVerify'],
  ],
  [
    'RUN /bin/bash -o pipefail -c curl -fsSL https://token@x | sudo -E bash - # buildkit',
    ['layer 1: instruction 2 (RUN): curl … | bash'],
  ],
  [
    'RUN /bin/sh -c sh -c "$(wget -qO- https://x)" # buildkit',
    ['layer 1: instruction 2 (RUN): sh runs what wget fetches'],
  ],
  [
    'RUN /bin/bash -c bash <(curl -s https://x) # buildkit',
    ['layer 1: instruction 2 (RUN): bash runs what curl fetches'],
  ],
  ['RUN /bin/sh -c curl -fsSLo k.txt https://x && apk add curl && wget -q -O - https://x | tar -x # buildkit', []],
  ['RUN /bin/sh -c yum install -y x && npm config set fund false # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(unverifiedPackages, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(unverifiedPackages, { history: [], layers: [{}] })).toEqual([
    'undecidable',
    'the image has no build history',
  ])
})

test.each<[string, string[]]>([
  ['wget -qO- https://x | sh -s -- --yes', ['wget … | sh']],
  ['curl -s https://x | python3 -', ['curl … | python3']],
  ['eval "$(curl -s https://x)"', ['eval runs what curl fetches']],
  ['python3 -m pip install --trusted-host x y', ['python3 --trusted-host']],
  [`curl -s https://x | python3 -c 'import json'`, []],
  ['curl -s https://x | perl -pe s/a/b/ | bash check.sh', []],
  ['sh -c "V=$(curl -s https://x) && echo $V"; python3 a.py "$(curl -s https://x)"', []],
])('tells programs from data: %s', (script, found) => {
  expect(checked(unverifiedPackages, { history: [`RUN /bin/sh -c ${script} # buildkit`] })).toEqual(
    found.length > 0 ? ['fail', ...found.map((text) => `layer 0: instruction 1 (RUN): ${text}`)] : ['pass'],
  )
})

test('names variables and settings that switch verification off', () => {
  const setting = { kind: 'weak-setting', of: 'source', text: 'strict-ssl=false' } as const
  const sketch = {
    config: { Env: ['NODE_TLS_REJECT_UNAUTHORIZED=0', 'A=0'] },
    layers: [{}, { evidence: { 'root/.npmrc': [setting] } }],
  }
  expect(checked(unverifiedPackages, sketch)).toEqual([
    'fail',
    'ENV NODE_TLS_REJECT_UNAUTHORIZED=0',
    'layer 1: root/.npmrc: strict-ssl=false',
  ])
})

test('cannot tell where such a file is too large to read', () => {
  const layers = [{ evidence: { 'etc/pip.conf': [] }, notes: ['etc/pip.conf: not read'] }]
  expect(checked(unverifiedPackages, { layers })).toEqual([
    'undecidable',
    'layer 0: etc/pip.conf: etc/pip.conf: not read',
  ])
})
