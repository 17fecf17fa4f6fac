import { expect, test } from 'vitest'
import { packageKey } from './advisory-key.ts'

test.each([
  ['PyPI', 'Flask_Cors', 'PyPI | flask-cors'],
  ['NuGet', 'Newtonsoft.Json', 'NuGet | newtonsoft.json'],
  ['Packagist', 'Symfony/Http-Kernel', 'Packagist | symfony/http-kernel'],
  ['Packagist:https://packages.drupal.org/8', 'drupal/token', 'Packagist | drupal/token'],
  ['Maven', 'org.apache.logging.log4j:log4j-core', 'Maven | org.apache.logging.log4j:log4j-core'],
  ['Maven:https://maven.google.com', 'androidx.core:core', 'Maven | androidx.core:core'],
  ['Go', 'github.com/BurntSushi/toml', 'Go | github.com/BurntSushi/toml'],
  ['Go', 'stdlib', 'Go | stdlib'],
  ['SwiftURL', 'https://github.com/vapor/Vapor.git', 'SwiftURL | github.com/vapor/vapor'],
  ['SwiftURL', 'git@github.com:vapor/vapor', 'SwiftURL | github.com/vapor/vapor'],
  ['SwiftURL', 'ssh://git@example.org:8022/vapor/vapor/', 'SwiftURL | example.org:8022/vapor/vapor'],
  ['SwiftURL', 'github.com/vapor/vapor', 'SwiftURL | github.com/vapor/vapor'],
  ['npm', '@Scope/Name', 'npm | @Scope/Name'],
  ['crates.io', 'serde_json', 'crates.io | serde_json'],
  ['RubyGems', 'RedCloth', 'RubyGems | RedCloth'],
  ['Hex', 'phoenix', 'Hex | phoenix'],
  ['Pub', 'http', 'Pub | http'],
  ['CRAN', 'jsonlite', 'CRAN | jsonlite'],
  ['Hackage', 'aeson', 'Hackage | aeson'],
  ['Julia', 'HTTP', 'Julia | HTTP'],
  ['Bitnami', 'postgresql', 'Bitnami | postgresql'],
  ['Debian:12', 'OpenSSL', 'Debian:12 | OpenSSL'],
])('%s %s is looked up as %s', (ecosystem, name, key) => {
  expect(packageKey(ecosystem, name).replace('\t', ' | ')).toBe(key)
})
