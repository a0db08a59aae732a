//! The same on command lines, for runtimes that read no variables.

use emulator_server::TRUSTSTORE_PASSWORD;

/// A runtime that is told on its command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// PHP, whose curl reads proxies from variables but no certificates.
    Php,
    /// The JVM, which reads neither.
    Java,
}

impl Runtime {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Php, Self::Java];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Php => "php",
            Self::Java => "java",
        }
    }
}

/// The arguments.
pub(super) fn of(runtime: Runtime, url: &str, bundle: &str, truststore: &str) -> Vec<String> {
    match runtime {
        Runtime::Php => vec!["-d".to_owned(), format!("curl.cainfo={bundle}")],
        Runtime::Java => {
            let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
            let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
            vec![
                format!("-Dhttps.proxyHost={host}"),
                format!("-Dhttps.proxyPort={port}"),
                format!("-Dhttp.proxyHost={host}"),
                format!("-Dhttp.proxyPort={port}"),
                "-Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1]".to_owned(),
                format!("-Djavax.net.ssl.trustStore={truststore}"),
                format!("-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}"),
            ]
        }
    }
}
