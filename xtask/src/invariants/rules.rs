//! The rules themselves. Each names the folders that it is about, and says in its message what to do instead.

use std::env;
use std::path::Path;

use super::Breach;
use super::source::{Source, has_word};

/// The one file that may be unsafe: the guest's host functions cannot be called otherwise.
const UNSAFE: [&str; 1] = ["traefik-plugin/src/abi.rs"];

/// Where something may be printed.
const PRINTERS: [&str; 6] = [
    "cli/build.rs",
    "cli/src/report/",
    "tests/e2e/main.rs",
    "traefik-plugin/build.rs",
    "traefik-plugin/src/main.rs",
    "xtask/src/report.rs",
];

/// What prints.
const PRINTING: [&str; 5] = ["println", "print", "eprintln", "eprint", "dbg"];

/// Folders without I/O, clock and randomness.
const PURE: [&str; 2] = ["shared/src/", "cli/src/plan"];

/// What a pure folder may not name. Of `std::net` the address types are pure, so the sockets are listed.
const IMPURE: [&str; 20] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::os",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
    "UnixListener",
    "UnixStream",
    "axum",
    "bollard",
    "hyper",
    "rand",
    "reqwest",
    "tokio",
];

/// What a plan may not name: whoever waits for something asks somebody.
const ASKING: [&str; 3] = ["async", "await", "Engine"];

/// What reads or writes services through types that lose fields.
const LOSSY: [&str; 6] =
    ["ServiceSpec", "TaskSpec", "list_services", "inspect_service", "update_service", "list_tasks"];

/// Ends of host names that mean something in one place only.
const PRIVATE_HOSTS: [&str; 5] = [".internal", ".intranet", ".corp", ".lan", ".local"];

/// The rules for Rust code.
pub(super) fn of_rust(path: &Path, source: &Source) -> Vec<Breach> {
    let within = |places: &[&str]| places.iter().any(|place| path.to_string_lossy().starts_with(place));
    // A test of a crate may say why it skips something.
    let of_tests = path.components().skip(1).any(|folder| folder.as_os_str() == "tests");
    let (may_be_unsafe, may_print, pure) = (within(&UNSAFE), of_tests || within(&PRINTERS), within(&PURE));
    let mut breaches = Vec::new();
    for (line, code) in source.lines() {
        let mut breach = |what: String| breaches.push(Breach { file: path.to_owned(), line, what });
        if !may_be_unsafe && has_word(code, "unsafe") {
            breach(format!("unsafe code; only {} may have it", UNSAFE[0]));
        }
        if !may_print {
            for word in
                PRINTING.iter().filter(|word| has_word(code, word) && code.contains(&format!("{word}!")))
            {
                breach(format!("{word}!: hand the text to the report module of this crate"));
            }
        }
        if path.starts_with("cli/src") && !may_print {
            for stream in ["stdout", "stderr"] {
                if has_word(code, stream) && code.contains(&format!("{stream}()")) {
                    breach(format!("{stream}: only cli/src/report prints"));
                }
            }
        }
        if path.starts_with("cli/src/plan") {
            for word in ASKING.iter().filter(|word| has_word(code, word)) {
                breach(format!("{word} in a plan: it decides on a snapshot alone"));
            }
        }
        if path.starts_with("cli/src") {
            for word in LOSSY.iter().filter(|word| has_word(code, word)) {
                breach(format!("{word}: services stay JSON, typed models lose fields of theirs"));
            }
        }
        if pure {
            for word in IMPURE.iter().filter(|word| has_word(code, word)) {
                breach(format!("{word} in a folder that is pure: hand in what it would give"));
            }
        }
    }
    breaches
}

/// The rules for every text: it names no place of the machine that it was written on.
pub(super) fn of_any_text(path: &Path, text: &str, workspace: &Path) -> Vec<Breach> {
    let own = workspace.display().to_string();
    let home = env::var("HOME").unwrap_or_default();
    // A folder such as / or /root is not typical of one machine.
    let places: Vec<&str> =
        [own.as_str(), home.as_str()].into_iter().filter(|place| place.len() > 5).collect();
    let mut breaches = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut breach =
            |what: String| breaches.push(Breach { file: path.to_owned(), line: index + 1, what });
        for place in places.iter().filter(|place| has_word(line, place)) {
            breach(format!("{place} is a path of this machine"));
        }
        for host in hosts(line).filter(|host| PRIVATE_HOSTS.iter().any(|end| host.ends_with(end))) {
            breach(format!("{host} is a host that others cannot know"));
        }
    }
    breaches
}

/// The hosts of the URLs in a line.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.split("://").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '-'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(path: &str, code: &str) -> usize {
        of_rust(Path::new(path), &Source::read(code)).len()
    }

    #[test]
    fn unsafe_code_is_for_the_abi_only() {
        assert_eq!(rust("traefik-plugin/src/abi.rs", "unsafe { f() }"), 0);
        assert_eq!(rust("traefik-plugin/src/middleware.rs", "unsafe { f() }"), 1);
    }

    #[test]
    fn only_the_report_prints() {
        assert_eq!(rust("cli/src/report/mod.rs", "println!()"), 0);
        assert_eq!(rust("cli/src/commands/budget.rs", "println!()"), 1);
        assert_eq!(rust("cli/tests/help.rs", "println!()"), 0);
        assert_eq!(rust("tests/src/stage.rs", "println!()"), 1);
        assert_eq!(rust("cli/src/commands/budget.rs", "io::stdout().write_all(b)"), 1);
        assert_eq!(rust("cli/src/commands/budget.rs", "output.stdout; help.use_stderr()"), 0);
    }

    #[test]
    fn pure_folders_do_no_io() {
        assert_eq!(rust("shared/src/table/mod.rs", "use std::fs::read;"), 1);
        assert_eq!(rust("cli/src/plan/create.rs", "tokio::spawn(x)"), 1);
        assert_eq!(rust("shared/src/budget/mod.rs", "use std::net::IpAddr;"), 0);
        assert_eq!(rust("cli/src/engine/mod.rs", "use std::fs::read;"), 0);
    }

    #[test]
    fn a_plan_asks_nobody() {
        assert_eq!(rust("cli/src/plan/create.rs", "engine.services().await"), 1);
        assert_eq!(rust("cli/src/commands/create.rs", "engine.services().await"), 0);
    }

    #[test]
    fn services_stay_json() {
        assert_eq!(rust("cli/src/engine/docker.rs", "self.bollard.list_services(None)"), 1);
        assert_eq!(rust("cli/src/engine/docker.rs", "self.bollard.list_nodes(None)"), 0);
    }

    #[test]
    fn a_text_names_no_place_of_its_writer() {
        let judge = |text: &str| of_any_text(Path::new("README.md"), text, Path::new("/srv/checkout")).len();
        assert_eq!(judge("see /srv/checkout/notes"), 1);
        assert_eq!(judge("see /srv/checkouts and https://docs.docker.com/engine"), 0);
        assert_eq!(judge(concat!("from https://mirror", ".lan/x")), 1);
    }
}
