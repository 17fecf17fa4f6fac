/**
 * Groups of artifacts that are known by their file names alone and that advisories name: what Gradle, Ant and Bazel build
 * has no pom.properties inside. The first pattern that fits decides.
 */
const groups: readonly (readonly [RegExp, string])[] = [
  [/^spring-boot(?:-|$)/, 'org.springframework.boot'],
  [
    /^spring-security-(?:acl|cas|config|core|crypto|ldap|messaging|oauth2|saml2|taglibs|web)/,
    'org.springframework.security',
  ],
  [/^spring-data-(?:commons|jpa|rest|redis|mongodb)/, 'org.springframework.data'],
  [/^spring-cloud-(?:config|function|gateway|netflix)/, 'org.springframework.cloud'],
  [
    /^spring-(?:aop|aspects|beans|context|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|websocket)(?:-|$)/,
    'org.springframework',
  ],
  [
    /^commons-(?:beanutils|cli|codec|collections|configuration|daemon|dbcp|dbutils|digester|discovery|el|fileupload|httpclient|io|jelly|jexl|jxpath|lang|launcher|logging|modeler|net|pool|validator|vfs)(?:-(?:adapters|api|core))?$/,
    '*',
  ],
  [/^commons-/, 'org.apache.commons'],
  [/^log4j-/, 'org.apache.logging.log4j'],
  [/^ant(?:-|$)/, 'org.apache.ant'],
  [/^slf4j-/, 'org.slf4j'],
  [/^logback-(?:access|classic|core)$/, 'ch.qos.logback'],
  [/^jackson-(?:annotations|core|databind)$/, 'com.fasterxml.jackson.core'],
  [/^jackson-dataformat-/, 'com.fasterxml.jackson.dataformat'],
  [/^tomcat-embed-/, 'org.apache.tomcat.embed'],
  [/^tomcat-/, 'org.apache.tomcat'],
  [/^netty-/, 'io.netty'],
  [/^grpc-/, 'io.grpc'],
  [/^vertx-/, 'io.vertx'],
  [/^undertow-/, 'io.undertow'],
  [/^reactor-netty(?:-|$)/, 'io.projectreactor.netty'],
  [/^jetty-/, 'org.eclipse.jetty'],
  [/^lucene-/, 'org.apache.lucene'],
  [/^(?:kafka-clients|kafka_\d|connect-(?:api|runtime)$)/, 'org.apache.kafka'],
  [/^bc(?:mail|pg|pkix|prov|tls|util)-(?:ext-)?(?:debug-)?jdk/, 'org.bouncycastle'],
  [/^okhttp$/, 'com.squareup.okhttp3'],
  [/^okio(?:-jvm)?$/, 'com.squareup.okio'],
  [/^kotlin-/, 'org.jetbrains.kotlin'],
  [/^groovy(?:-|$)/, 'org.codehaus.groovy'],
  [/^hibernate-(?:core|entitymanager)$/, 'org.hibernate'],
  [/^hibernate-validator$/, 'org.hibernate.validator'],
  [/^shiro-/, 'org.apache.shiro'],
  [/^struts2-/, 'org.apache.struts'],
  [/^poi(?:-|$)/, 'org.apache.poi'],
  [/^cxf-/, 'org.apache.cxf'],
  [/^elasticsearch$/, 'org.elasticsearch'],
  [/^postgresql$/, 'org.postgresql'],
  [/^h2$/, 'com.h2database'],
  [/^mysql-connector-java$/, 'mysql'],
  [/^mysql-connector-j$/, 'com.mysql'],
  [/^guava$/, 'com.google.guava'],
  [/^gson$/, 'com.google.code.gson'],
  [/^protobuf-java(?:-|$)/, 'com.google.protobuf'],
  [/^snakeyaml$/, 'org.yaml'],
  [/^fastjson$/, 'com.alibaba'],
  [/^xstream$/, 'com.thoughtworks.xstream'],
  [/^(?:httpclient|httpcore|httpmime)$/, 'org.apache.httpcomponents'],
  [/^xercesImpl$/, 'xerces'],
  [/^(?:xalan|serializer)$/, 'xalan'],
]

/** The group of a well-known artifact. Where a pattern says `*` it is what the pattern's first two words are. */
export function knownGroup(artifact: string): string | undefined {
  const group = groups.find(([pattern]) => pattern.test(artifact))?.[1]
  return group === '*' ? artifact.split('-', 2).join('-') : group
}
