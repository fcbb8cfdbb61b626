//! The cases: who wins, what does not go together, and whose credentials are sent.

/// Something to do with an engine: a list of services, or a new service with an image whose registry wants credentials.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Docker's global flags.
    pub(crate) globals: &'static [&'static str],
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// `config.json`.
    pub(crate) config: &'static str,
    pub(crate) image: Option<&'static str>,
}

impl Case {
    /// Whether the engine is reached through docker itself.
    pub(crate) fn needs_docker(&self) -> bool {
        let words = self.globals.iter().chain(self.variables.iter().map(|(_, value)| value));
        words.into_iter().any(|word| word.contains("ssh://") || word.contains("tls"))
            || self.variables.iter().any(|(name, _)| name.contains("TLS"))
    }
}

const H: &str = "unix://{folder}/flag.sock";
const HOST: (&str, &str) = ("DOCKER_HOST", "unix://{folder}/variable.sock");
const CONTEXT: (&str, &str) = ("DOCKER_CONTEXT", "context-variable");
const CURRENT: &str = r#"{"currentContext":"current"}"#;

const fn reach(
    name: &'static str,
    globals: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    config: &'static str,
) -> Case {
    Case { name, globals, variables, config, image: None }
}

const fn credentials(
    name: &'static str,
    config: &'static str,
    variables: &'static [(&'static str, &'static str)],
    image: &'static str,
) -> Case {
    Case { name, globals: &["-H", H], variables, config, image: Some(image) }
}

const HEADERS: &str =
    r#"{"HttpHeaders":{"X-Custom-A":"one","x-custom-b":"two, three","User-Agent":"me","Host":"x"}}"#;

/// `me:a>?b:c` and `you:x`.
const AUTHS: &str = r#"{"auths":{"r.example.com":{"auth":"bWU6YT4/Yjpj"},"https://index.docker.io/v1/":{"auth":"eW91Ong="},
    "https://old.example.com/v1/":{"auth":"eW91Ong="},"t.example.com":{"identitytoken":"T"},
    "p.example.com":{"username":"u","password":"p"}}}"#;

const HELPERS: &str = r#"{"auths":{"r.example.com":{"auth":"bWU6YT4/Yjpj"}},"credsStore":"one",
    "credHelpers":{"two.example.com":"two","gone.example.com":"gone"}}"#;

/// `env:1`.
const VARIABLE: (&str, &str) = ("DOCKER_AUTH_CONFIG", r#"{"auths":{"r.example.com":{"auth":"ZW52OjE="}}}"#);

pub(crate) const CASES: &[Case] = &[
    reach("flag", &["-H", H], &[], "{}"),
    reach("flag joined", &["--host=unix://{folder}/flag.sock"], &[], "{}"),
    reach("flag beats all variables", &["-H", H], &[HOST, CONTEXT], CURRENT),
    reach("flag twice", &["-H", H, "-H", H], &[], "{}"),
    reach("flag and context", &["-H", H, "--context", "context"], &[], "{}"),
    reach("flag and default context", &["-H", H, "--context", "default"], &[], "{}"),
    reach("context", &["--context", "context"], &[], "{}"),
    reach("context beats all variables", &["-c", "context"], &[HOST, CONTEXT], CURRENT),
    reach("default context beats the current one", &["-c", "default"], &[HOST], CURRENT),
    reach("default context beats its variable", &["--context=default"], &[HOST, CONTEXT], CURRENT),
    reach("unknown context", &["--context", "nope"], &[HOST], "{}"),
    reach("unknown context in the variable", &[], &[("DOCKER_CONTEXT", "nope")], "{}"),
    reach("unknown current context", &[], &[], r#"{"currentContext":"nope"}"#),
    reach("host variable", &[], &[HOST], "{}"),
    reach("host variable beats context variable", &[], &[HOST, CONTEXT], CURRENT),
    reach("empty host variable is none", &[], &[("DOCKER_HOST", ""), CONTEXT], CURRENT),
    reach("context variable", &[], &[CONTEXT], "{}"),
    reach("context variable beats current", &[], &[CONTEXT], CURRENT),
    reach("empty context variable is none", &[], &[("DOCKER_CONTEXT", "")], CURRENT),
    reach(
        "default context in the variable",
        &["--config", "{folder}/.docker"],
        &[("DOCKER_CONTEXT", "context")],
        CURRENT,
    ),
    reach("current context", &[], &[], CURRENT),
    reach(
        "configuration by variable",
        &[],
        &[("HOME", "/nowhere"), ("DOCKER_CONFIG", "{folder}/.docker")],
        CURRENT,
    ),
    reach(
        "configuration by flag",
        &["--config", "{folder}/.docker"],
        &[("HOME", "/nowhere"), ("DOCKER_CONFIG", "/nowhere")],
        CURRENT,
    ),
    reach("a port", &["-H", "tcp://127.0.0.1:{port}"], &[], "{}"),
    reach("a port with a slash", &["-H", "tcp://127.0.0.1:{port}/"], &[], "{}"),
    reach("a port without a scheme", &["-H", "127.0.0.1:{port}"], &[], "{}"),
    reach("a port in the variable", &[], &[("DOCKER_HOST", "tcp://localhost:{port}")], "{}"),
    reach("no such scheme", &["-H", "foo://x"], &[], "{}"),
    reach("no such port", &["-H", "tcp://h:notaport"], &[], "{}"),
    reach("no such scheme in the variable", &[], &[("DOCKER_HOST", "foo://x")], "{}"),
    reach("ssh", &["-H", "ssh://me@host:22"], &[], "{}"),
    reach("ssh in the variable", &[], &[("DOCKER_HOST", "ssh://host")], "{}"),
    reach("ssh to a socket", &["-H", "ssh://host/run/other.sock"], &[], "{}"),
    reach("tls without a file", &["--tlsverify", "-H", "tcp://127.0.0.1:{port}"], &[], "{}"),
    reach(
        "tls variable without a file",
        &["-H", "tcp://127.0.0.1:{port}"],
        &[("DOCKER_TLS_VERIFY", "1")],
        "{}",
    ),
    reach(
        "tls file that is none",
        &["--tlscacert", "{folder}/none.pem", "--tls", "-H", "tcp://127.0.0.1:{port}"],
        &[("DOCKER_CERT_PATH", "/nowhere")],
        "{}",
    ),
    reach(
        "tls with files by flag",
        &[
            "--tlsverify",
            "--tlscacert={folder}/tls/ca.pem",
            "--tlscert={folder}/tls/cert.pem",
            "--tlskey={folder}/tls/key.pem",
            "-H=tcp://127.0.0.1:{tls}",
        ],
        &[],
        "{}",
    ),
    reach(
        "tls by variables",
        &[],
        &[
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "{folder}/tls"),
            ("DOCKER_HOST", "tcp://127.0.0.1:{tls}"),
        ],
        "{}",
    ),
    reach(
        "tls unverified, another authority's files",
        &["--tls", "--tlscacert={folder}/stranger/ca.pem", "-H", "tcp://127.0.0.1:{tls}"],
        &[("DOCKER_CERT_PATH", "{folder}/tls")],
        "{}",
    ),
    reach("tls of a context", &["--context", "context-tls"], &[], "{}"),
    reach("tls of a context in the variable", &[], &[("DOCKER_CONTEXT", "context-tls")], "{}"),
    reach("tls in the way of a context", &["--tlsverify", "--context", "context"], &[], "{}"),
    reach(
        "tls variable in the way of a context",
        &["--context", "context"],
        &[("DOCKER_TLS_VERIFY", "1")],
        "{}",
    ),
    reach("headers of the configuration", &["-H", H], &[], HEADERS),
    reach(
        "headers of the variable replace those",
        &["-H", H],
        &[("DOCKER_CUSTOM_HEADERS", "x-custom-c=3=4")],
        HEADERS,
    ),
    reach(
        "headers of the variable in quotes",
        &["-H", H],
        &[("DOCKER_CUSTOM_HEADERS", "\"X-Custom-A=1,2\", X-Custom-B = 3 ,X-Custom-B=")],
        "{}",
    ),
    reach("headers through ssh", &["-H", "ssh://host"], &[("DOCKER_CUSTOM_HEADERS", "X-Custom-A=1")], "{}"),
    reach("an older version", &["-H", H], &[("DOCKER_API_VERSION", "1.44")], "{}"),
    reach("an older version with a letter", &["-H", H], &[("DOCKER_API_VERSION", "v1.43")], "{}"),
    credentials("anonymous", "{}", &[], "r.example.com/a"),
    credentials("an entry", AUTHS, &[], "r.example.com/a:1"),
    credentials("the hub by short name", AUTHS, &[], "nginx"),
    credentials("the hub by long name", AUTHS, &[], "docker.io/library/nginx"),
    credentials("an entry with an old address", AUTHS, &[], "old.example.com/a"),
    credentials("an identity token", AUTHS, &[], "t.example.com/a"),
    credentials("name and password in the open", AUTHS, &[], "p.example.com/a"),
    credentials("another registry", AUTHS, &[], "localhost:5000/a"),
    credentials("the store beats an entry", HELPERS, &[], "r.example.com/a"),
    credentials("the store for the hub", HELPERS, &[], "nginx"),
    credentials("a helper beats the store", HELPERS, &[], "two.example.com/a"),
    credentials("a token from the store", HELPERS, &[], "token.example.com/a"),
    credentials("the store knows nothing", HELPERS, &[], "unknown.example.com/a"),
    credentials("the variable has another registry", AUTHS, &[VARIABLE], "t.example.com/a"),
];

/// Where we differ on purpose, and what our outcome says.
pub(crate) const DEVIATIONS: &[(Case, &str)] = &[
    // Docker says why only in some cases.
    (reach("no engine", &["-H", "unix://{folder}/none.sock"], &[], "{}"), "No such file or directory"),
    // Docker knows the variable since 28.3.
    (credentials("the variable beats an entry", AUTHS, &[VARIABLE], "r.example.com/a"), "\"env\""),
    (credentials("the variable beats the store", HELPERS, &[VARIABLE], "r.example.com/a"), "\"env\""),
    // Docker does not always name the helper.
    (
        credentials("a store that is locked", HELPERS, &[], "refused.example.com/a"),
        "docker-credential-one: the key store is locked",
    ),
    (
        credentials("a helper that there is not", HELPERS, &[], "gone.example.com/a"),
        "docker-credential-gone: No such file",
    ),
    // Docker panics.
    (
        reach("headers without a value", &["-H", H], &[("DOCKER_CUSTOM_HEADERS", "X-Custom-A")], "{}"),
        "in key=value pair: 'X-Custom-A'",
    ),
    (
        reach("headers without a name", &["-H", H], &[("DOCKER_CUSTOM_HEADERS", "X-Custom-A=1, =2")], "{}"),
        "empty key: ' =2'",
    ),
    (
        reach("headers that are no list", &["-H", H], &[("DOCKER_CUSTOM_HEADERS", "a\"b=1")], "{}"),
        "comma-separated key=value pairs",
    ),
    // TLS is left to docker, whose error then stands before ours.
    (
        reach("tls of another authority in a context", &["--context", "context-tls-stranger"], &[], "{}"),
        "certificate",
    ),
    (
        reach(
            "tls without a certificate of ours",
            &["--tlsverify", "--tlscacert={folder}/tls/ca.pem", "-H", "tcp://127.0.0.1:{tls}"],
            &[],
            "{}",
        ),
        "certificate",
    ),
    // A socket of this machine has no use for TLS.
    (reach("tls to a socket", &["--tlsverify", "-H", H], &[], "{}"), "engine: Some(\"flag\")"),
];
