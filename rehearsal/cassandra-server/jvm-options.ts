/** Packages that Cassandra 4.1 reaches into on Java 17, as its own start script says. */
const EXPORTED = [
  "java.base/jdk.internal.misc",
  "java.base/jdk.internal.ref",
  "java.base/sun.nio.ch",
  "java.management.rmi/com.sun.jmx.remote.internal.rmi",
  "java.rmi/sun.rmi.registry",
  "java.rmi/sun.rmi.server",
  "java.sql/java.sql",
];
const OPENED = [
  "java.base/java.io",
  "java.base/java.lang",
  "java.base/java.lang.module",
  "java.base/java.nio",
  "java.base/java.util",
  "java.base/java.util.concurrent",
  "java.base/java.util.concurrent.atomic",
  "java.base/jdk.internal.loader",
  "java.base/jdk.internal.math",
  "java.base/jdk.internal.misc",
  "java.base/jdk.internal.module",
  "java.base/jdk.internal.ref",
  "java.base/jdk.internal.reflect",
  "java.base/jdk.internal.util.jar",
  "java.base/sun.nio.ch",
  "jdk.management/com.sun.management.internal",
];

/** What lets Cassandra 4.1 and its tools run on Java 17 at all. */
export const ON_JAVA_17 = [
  "-Djdk.attach.allowAttachSelf=true",
  "-Djava.net.preferIPv4Stack=true",
  ...EXPORTED.flatMap((name) => ["--add-exports", `${name}=ALL-UNNAMED`]),
  ...OPENED.flatMap((name) => ["--add-opens", `${name}=ALL-UNNAMED`]),
];

/** Small and quick to start rather than fast: several share two cores. */
export const SMALL_JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xss512k"];
