//! Command lines that nobody thought of, made from the flag table.
//!
//! A value is chosen by what the table says that the flag takes, so that a new flag is tried as soon as it is in
//! the table. The choices leave out what differs on purpose; see `cases::deviations`.

use docker_smsvc::flags::{Flag, Origin, TABLE, Takes};
use proptest::prelude::*;
use proptest::sample::select;

/// A line of up to six flags, an image and an argument that reads like a flag.
pub(crate) fn lines() -> impl Strategy<Value = Vec<String>> {
    let flags: Vec<&'static dyn Flag> = TABLE.iter().copied().filter(is_comparable).collect();
    let words = select(flags).prop_flat_map(|flag| {
        let after_equals = any::<bool>();
        (Just(flag), select(values(flag)), after_equals)
            .prop_map(|(flag, value, joined)| words(flag, value, joined))
    });
    prop::collection::vec(words, 0..7).prop_map(|flags| {
        let tail = ["nginx", "--name"].map(str::to_owned);
        flags.into_iter().flatten().chain(tail).collect()
    })
}

/// Docker has to know the flag, and must not wait for tasks that never come.
fn is_comparable(flag: &&dyn Flag) -> bool {
    let newer_than_docker = ["memory-swap", "memory-swappiness"];
    flag.origin() != Origin::Smsvc && flag.long() != "detach" && !newer_than_docker.contains(&flag.long())
}

fn words(flag: &dyn Flag, value: &str, joined: bool) -> Vec<String> {
    let long = flag.long();
    match (flag.takes(), flag.short()) {
        (Takes::Switch, _) if value.is_empty() => vec![format!("--{long}")],
        (Takes::Switch, _) => vec![format!("--{long}={value}")],
        (_, Some(letter)) if joined && !value.is_empty() => vec![format!("-{letter}{value}")],
        _ if joined => vec![format!("--{long}={value}")],
        _ => vec![format!("--{long}"), value.to_owned()],
    }
}

fn values(flag: &dyn Flag) -> &'static [&'static str] {
    match (flag.long(), flag.takes()) {
        (_, Takes::Switch) => &["", "", "true", "0", "F", "yes"],
        ("endpoint-mode", _) => &["vip", "dnsrr", "DnsRR"],
        ("mode", _) => &["replicated", "replicated", "global", "replicated-job", "global-job", "Global"],
        ("label" | "container-label", _) => &["a=1", "a", "b=c=d", " c=d", "a b=c", "=x", ""],
        ("env-file", _) => {
            &["{folder}/plain.env", "{folder}/last.env", "{folder}/none.env", "{folder}/space.env"]
        }
        ("env" | "log-opt", _) => &["A=1", "B=\"x\"", "GREETING", "UNSET", "C=", "=x"],
        ("network", _) => &["a", "B", "name=C,alias=X", "name=a,driver-opt=k=v", "alias=x", "name=a,x"],
        ("publish", _) => &["80", "8080:80", "80/UDP", "published=1,target=2,mode=host", "x", "1:2:3"],
        ("mount", _) => &[
            "target=/a",
            "type=bind,src=.,dst=/b,ro",
            "type=tmpfs,target=/c,tmpfs-size=1k",
            "source=x",
            "a\"b",
        ],
        ("secret", _) => &["a", "b", "source=c,target=x,mode=0400", "source=d,uid=5", "target=x", "a,b"],
        ("config", _) => &["a", "b", "source=c,target=/x", "source=missing,target=y", "mode=x"],
        ("credential-spec", _) => &["file://a", "config://a", "config://", "registry://b", "", "c"],
        ("host", _) => &["h:1.2.3.4", "h=::1", "i:[::1]", "h:x", ":1.1.1.1"],
        ("placement-pref", _) => &["spread=a", "spread=b=c", "pack=a", "spread"],
        ("ulimit", _) => &["core=1", "core=2:3", "nofile=-1", "nofile=3:2", "x=1", "core"],
        ("generic-resource", _) => &["a=1", "b = 2", "c=-1", "d", "e=x"],
        ("dns", _) => &["1.1.1.1", " ::1", "::ffff:1.1.1.1", "x"],
        ("dns-search", _) => &["a.b.", ".", " c ", "a_b", "1"],
        ("cap-add" | "cap-drop", _) => &["all", "net_raw", "CAP_CHOWN", "chown", "reset"],
        ("sysctl", _) => &["a=1", "a=2=3", "b"],
        (_, Takes::One("DURATION")) => &["1s", "1m30s", "0", "1.5ms", "-1s", "5", "1d", ""],
        (_, Takes::One("BYTES")) => &["512m", "1.5GiB", "0", "64 k", "x", "-1"],
        (_, Takes::One("CPUS")) => &["1.5", "1/4", ".1", "0", "-1", "1e-10", "x"],
        (_, Takes::One("RATIO")) => &["0", ".1", "1", "0.25", "1e-3", "x"],
        (_, Takes::One("N")) => &["1", "0", "0x10", "1_0", "-1", "x", "99999999999999999999"],
        (_, Takes::One("COMMAND")) => &["a 'b c'", "\"a\\\"b\" # c", "a\\ b", "", "'a"],
        _ => &["a", "A b", "{{.Task.Slot}}", "é=\"", ""],
    }
}
