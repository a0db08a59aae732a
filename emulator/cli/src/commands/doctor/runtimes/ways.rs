//! The table of ways in which runtimes call Graph: which program, with what, and what to do when the call does not
//! arrive.

/// A runtime that bots are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Runtime {
    Node,
    Python,
    Java,
    Php,
    Ruby,
    Go,
    Curl,
}

impl Runtime {
    /// All of them, in the order of the report.
    pub(in super::super) const ALL: [Self; 7] =
        [Self::Node, Self::Python, Self::Java, Self::Php, Self::Ruby, Self::Go, Self::Curl];

    /// The program that runs it.
    pub(in super::super) const fn program(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python3",
            Self::Java => "java",
            Self::Php => "php",
            Self::Ruby => "ruby",
            Self::Go => "go",
            Self::Curl => "curl",
        }
    }

    /// What makes it tell its version. Node and Python run a line of code for it, because `--version` works even where
    /// the environment keeps every program from starting.
    pub(super) const fn version_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["-p", "process.version"],
            Self::Python => &["-c", "import platform; print(platform.python_version())"],
            Self::Go => &["version"],
            Self::Java | Self::Php | Self::Ruby | Self::Curl => &["--version"],
        }
    }

    /// The variables of the user that can keep it from starting.
    pub(super) const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["NODE_OPTIONS"],
            Self::Python => &["PYTHONHOME", "PYTHONPATH"],
            Self::Java => &["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"],
            Self::Php => &["PHPRC", "PHP_INI_SCAN_DIR"],
            Self::Ruby => &["RUBYOPT", "RUBYLIB"],
            Self::Go => &["GOROOT", "GOFLAGS", "GOTOOLCHAIN"],
            Self::Curl => &["CURL_HOME"],
        }
    }
}

/// What brings the call here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The variables of proxies and certificates.
    Variables,
    /// The preload as well.
    Preload,
    /// Arguments of the runtime.
    Arguments,
}

/// One way to call.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) runtime: Runtime,
    /// Who calls like this.
    pub(super) what: &'static str,
    pub(super) by: By,
    /// The name of a file and what is in it, unless arguments are enough.
    pub(super) file: Option<(&'static str, &'static str)>,
    /// What stands before the file, or before the address.
    pub(super) before: &'static [&'static str],
    /// What stands behind the address.
    pub(super) behind: &'static [&'static str],
    /// What to do when the call does not arrive.
    pub(super) help: &'static str,
}

const NODE: Option<(&str, &str)> = Some(("probe.cjs", include_str!("probe.cjs")));
const PYTHON: Option<(&str, &str)> = Some(("probe.py", include_str!("probe.py")));

/// All ways, in the order of the report.
pub(super) const WAYS: [Way; 9] = [
    Way {
        runtime: Runtime::Node,
        what: "`https`, which knows no proxy",
        by: By::Preload,
        file: NODE,
        before: &[],
        behind: &["direct"],
        help: "NODE_OPTIONS must keep our --require; what sets it anew (a script in package.json?) has to append to it",
    },
    Way {
        runtime: Runtime::Node,
        what: "through the proxy",
        by: By::Variables,
        file: NODE,
        before: &[],
        behind: &["proxy"],
        help: "HTTPS_PROXY and NODE_EXTRA_CA_CERTS must reach the process as they are printed by `messenger-emulator env`",
    },
    Way {
        runtime: Runtime::Python,
        what: "`ssl` on a socket, which knows no proxy",
        by: By::Preload,
        file: PYTHON,
        before: &[],
        behind: &["direct"],
        help: "our folder must stand in PYTHONPATH, and no other `sitecustomize` before it",
    },
    Way {
        runtime: Runtime::Python,
        what: "`urllib`, through the proxy",
        by: By::Variables,
        file: PYTHON,
        before: &[],
        behind: &["proxy"],
        help: "HTTPS_PROXY and SSL_CERT_FILE must reach the process as they are printed by `messenger-emulator env`",
    },
    Way {
        runtime: Runtime::Java,
        what: "`HttpsURLConnection`, through the proxy",
        by: By::Arguments,
        file: Some(("Probe.java", include_str!("Probe.java"))),
        before: &[],
        behind: &[],
        help: "give the JVM the arguments of `messenger-emulator env --for java`",
    },
    Way {
        runtime: Runtime::Php,
        what: "`curl`, through the proxy",
        by: By::Arguments,
        file: Some(("probe.php", include_str!("probe.php"))),
        before: &[],
        behind: &[],
        help: "give PHP the arguments of `messenger-emulator env --for php`, or set curl.cainfo in its php.ini",
    },
    Way {
        runtime: Runtime::Ruby,
        what: "`Net::HTTP`, through the proxy",
        by: By::Variables,
        file: Some(("probe.rb", include_str!("probe.rb"))),
        before: &[],
        behind: &[],
        help: "http_proxy (also for https) and SSL_CERT_FILE must reach the process",
    },
    Way {
        runtime: Runtime::Go,
        what: "`net/http`, through the proxy",
        by: By::Variables,
        file: Some(("probe.go", include_str!("probe.go"))),
        before: &["run"],
        behind: &[],
        help: "HTTPS_PROXY and SSL_CERT_FILE must reach the process; on macOS Go reads its roots from the keychain alone",
    },
    Way {
        runtime: Runtime::Curl,
        what: "through the proxy",
        by: By::Variables,
        file: None,
        before: &["--silent", "--show-error", "--max-time", "15"],
        behind: &[],
        help: "https_proxy and CURL_CA_BUNDLE must reach the process; a ~/.curlrc may say otherwise",
    },
];
