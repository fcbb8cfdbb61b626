//! How the plugin was called: through `docker`, or by itself, and with which global flags.
//!
//! `docker` hands the plugin its whole command line, global flags included
//! (docker/cli `cli-plugins/manager/manager.go`), so they are read here, and only before the plugin's name:
//! behind it `-H` or `--config` mean what the sub-command says.

use std::path::PathBuf;

use thiserror::Error;

/// Docker's global flags, as far as they choose the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Globals {
    /// `--config`: the folder of `config.json` and of the contexts.
    pub config: Option<PathBuf>,
    /// `-c`, `--context`.
    pub context: Option<String>,
    /// `-H`, `--host`.
    pub host: Option<String>,
    /// Whether a TLS flag was given; `docker` itself then makes the connection.
    pub tls: bool,
    /// The words as they were typed, for handing them on to `docker`.
    pub words: Vec<String>,
}

/// A command line taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The flags before the plugin's name.
    pub globals: Globals,
    /// Everything behind it, `help X` rewritten to `X --help`.
    pub words: Vec<String>,
}

/// Why the words before the plugin's name make no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GlobalsError {
    /// A flag without the value that it takes.
    #[error("flag needs an argument: {flag}")]
    ValueMissing {
        /// The flag as typed.
        flag: String,
    },
    /// A flag that `docker` does not have.
    #[error("unknown flag: {flag}")]
    Unknown {
        /// The flag as typed.
        flag: String,
    },
    /// `-H` twice.
    #[error("Failed to initialize: unable to resolve docker endpoint: Specify only one -H")]
    SeveralHosts,
}

/// The plugin's own name on the command line.
pub const NAME: &str = "smsvc";

/// Global flags that take a value, long and short (docker/cli `cli/flags/options.go`).
const VALUED: [(&str, Option<char>); 7] = [
    ("config", None),
    ("context", Some('c')),
    ("host", Some('H')),
    ("log-level", Some('l')),
    ("tlscacert", None),
    ("tlscert", None),
    ("tlskey", None),
];

/// Global flags that take none.
const SWITCHES: [(&str, Option<char>); 3] = [("debug", Some('D')), ("tls", None), ("tlsverify", None)];

impl Invocation {
    /// Takes the arguments behind the program's name apart.
    pub fn parse(args: &[String]) -> Result<Self, GlobalsError> {
        let mut globals = Globals::default();
        let mut rest = args;
        let mut help = false;
        while let Some((word, tail)) = rest.split_first() {
            match word.as_str() {
                "--help" | "-h" if tail.first().is_some_and(|next| next == NAME) => {
                    help = true;
                    rest = tail;
                }
                "--help" | "-h" | "--version" | "-v" => break,
                word if word.starts_with('-') && word != "-" && word != "--" => {
                    rest = globals.take(word, tail)?;
                }
                _ => break,
            }
        }
        let mut words = rest.to_vec();
        // `docker help smsvc create` arrives as it was typed.
        if words.first().is_some_and(|word| word == "help") && words.get(1).is_some_and(|word| word == NAME) {
            words.remove(0);
            help = true;
        }
        // Called by itself, as `docker-smsvc create`, the name is not there.
        if words.first().is_some_and(|word| word == NAME) {
            words.remove(0);
        }
        if words.first().is_some_and(|word| word == "help") {
            words.remove(0);
            help = true;
        }
        if help {
            words.push("--help".to_owned());
        }
        Ok(Self { globals, words })
    }
}

impl Globals {
    /// Takes one flag, and its value if that is a word of its own; returns what is left.
    fn take<'a>(&mut self, word: &str, tail: &'a [String]) -> Result<&'a [String], GlobalsError> {
        let (long, inline) = if let Some(body) = word.strip_prefix("--") {
            let (name, value) = body.split_once('=').map_or((body, None), |(n, v)| (n, Some(v)));
            (long_name(name), value)
        } else {
            let mut letters = word.trim_start_matches('-').chars();
            let letter = letters.next();
            let value = letters.as_str();
            let value = value.strip_prefix('=').unwrap_or(value);
            (letter.and_then(short_name), (!value.is_empty()).then_some(value))
        };
        let Some(long) = long else {
            return Err(GlobalsError::Unknown { flag: word.to_owned() });
        };
        self.words.push(word.to_owned());
        if SWITCHES.iter().any(|(name, _)| *name == long) {
            self.tls |= long.starts_with("tls");
            return Ok(tail);
        }
        let (value, tail) = match (inline, tail.split_first()) {
            (Some(value), _) => (value.to_owned(), tail),
            (None, Some((value, tail))) => {
                self.words.push(value.clone());
                (value.clone(), tail)
            }
            (None, None) => return Err(GlobalsError::ValueMissing { flag: word.to_owned() }),
        };
        match long {
            "config" => self.config = Some(PathBuf::from(value)),
            "context" => self.context = Some(value),
            "host" if self.host.is_some() => return Err(GlobalsError::SeveralHosts),
            "host" => self.host = Some(value),
            "log-level" => {}
            _ => self.tls = true,
        }
        Ok(tail)
    }
}

fn long_name(name: &str) -> Option<&'static str> {
    VALUED.iter().chain(&SWITCHES).map(|(long, _)| *long).find(|long| *long == name)
}

fn short_name(letter: char) -> Option<&'static str> {
    VALUED.iter().chain(&SWITCHES).find(|(_, short)| *short == Some(letter)).map(|(long, _)| *long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Invocation {
        try_parse(line).unwrap()
    }

    fn try_parse(line: &str) -> Result<Invocation, GlobalsError> {
        Invocation::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn global_flags_are_read_before_the_name_only() {
        let call = parse("--context prod -D smsvc create --context mine -H x nginx");
        assert_eq!(call.globals.context.as_deref(), Some("prod"));
        assert_eq!(call.globals.host, None);
        assert_eq!(call.words, ["create", "--context", "mine", "-H", "x", "nginx"]);
    }

    #[test]
    fn every_spelling_of_a_host_is_understood() {
        for line in [
            "-H unix:///x smsvc ls",
            "-Hunix:///x smsvc ls",
            "--host=unix:///x smsvc ls",
            "-H=unix:///x smsvc ls",
        ] {
            assert_eq!(parse(line).globals.host.as_deref(), Some("unix:///x"), "{line}");
        }
        assert_eq!(try_parse("-H a -H b smsvc ls"), Err(GlobalsError::SeveralHosts));
    }

    #[test]
    fn the_plugin_answers_by_itself_too() {
        assert_eq!(parse("create nginx").words, ["create", "nginx"]);
        assert_eq!(parse("smsvc create nginx").words, ["create", "nginx"]);
    }

    #[test]
    fn help_in_front_becomes_help_behind() {
        assert_eq!(parse("help smsvc create").words, ["create", "--help"]);
        assert_eq!(parse("smsvc help create").words, ["create", "--help"]);
        assert_eq!(parse("--help smsvc").words, ["--help"]);
        assert_eq!(parse("smsvc create --help").words, ["create", "--help"]);
    }

    #[test]
    fn a_tls_flag_hands_the_connection_to_docker_with_the_words_as_typed() {
        let call = parse("--tlsverify --tlscacert ca.pem smsvc ls");
        assert!(call.globals.tls);
        assert_eq!(call.globals.words, ["--tlsverify", "--tlscacert", "ca.pem"]);
    }

    #[test]
    fn a_flag_that_docker_does_not_have_is_an_error() {
        assert_eq!(try_parse("--nope smsvc ls"), Err(GlobalsError::Unknown { flag: "--nope".to_owned() }));
        assert_eq!(try_parse("--context"), Err(GlobalsError::ValueMissing { flag: "--context".to_owned() }));
    }
}
