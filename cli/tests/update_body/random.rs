//! Command lines that nobody thought of, made from the flag table.
//!
//! A value is chosen by what the table says that the flag takes, so that a new flag is tried as soon as it is in the
//! table. Among the values is what the services have already. What differs on purpose is left out; see
//! `cases::deviations`.

use docker_smsvc::flags::{Flag, Origin, Takes, UPDATE};
use proptest::prelude::*;
use proptest::sample::select;

const SERVICES: &[&str] = &["full", "full", "minimal", "dns", "old", "everywhere", "job", "everyjob"];

/// An update of one of the services with up to seven flags before or behind its name.
pub(crate) fn lines() -> impl Strategy<Value = Vec<String>> {
    let flags: Vec<&'static dyn Flag> = UPDATE.flags.iter().copied().filter(is_comparable).collect();
    let words = select(flags).prop_flat_map(|flag| {
        let joined = any::<bool>();
        (Just(flag), select(values(flag)), joined)
            .prop_map(|(flag, value, joined)| words(flag, value, joined))
    });
    let flags = prop::collection::vec(words, 0..8);
    (flags, select(SERVICES), any::<prop::sample::Index>()).prop_map(|(mut flags, service, at)| {
        flags.insert(at.index(flags.len() + 1), vec![service.to_owned()]);
        std::iter::once("update".to_owned()).chain(flags.into_iter().flatten()).collect()
    })
}

/// Docker has to know the flag, and must not wait for tasks that never come.
fn is_comparable(flag: &&dyn Flag) -> bool {
    let not_dockers =
        ["health-start-interval", "detach", "memory-swap", "memory-swappiness", "replicas-max-per-node"];
    flag.origin() != Origin::Smsvc && !not_dockers.contains(&flag.long())
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
        ("rollback", _) => &["0", "0", "0", "0", "0", "0", "0", "true"],
        (_, Takes::Switch) => &["", "", "true", "0", "F", "yes"],
        ("endpoint-mode", _) => &["vip"],
        ("image", _) => &["nginx", "nginx:2", "registry.example.com:5000/a", "NGINX", ""],
        ("label-add" | "container-label-add", _) => &["a=1", "team=x", "keep", "b=c=d", " c=d", "=x", ""],
        ("label-rm" | "container-label-rm", _) => &["a", "team", "keep", "empty", "", "a=1"],
        ("env-add" | "log-opt", _) => &["A=9", "X=3", "B=\"x\"", "GREETING", "UNSET", "C=", "BARE=1"],
        ("env-rm", _) => &["A", "B", "BARE", "X", "PATH", "A=1", ""],
        ("network-add", _) => &["a", "B", "name=C,alias=X", "front", "back", "id-kcab", "alias=x"],
        ("network-rm", _) => &["a", "front", "back", "id-kcab", "id-tnorf"],
        ("publish-add" | "publish-rm", _) => &[
            "80",
            "8080:80",
            "53:53/udp",
            "published=53,target=53,protocol=udp,mode=host",
            "443",
            "6379",
            "x",
        ],
        ("mount-add", _) => {
            &["target=/a", "type=bind,src=.,dst=/data,ro", "type=tmpfs,target=/tmp", "source=x"]
        }
        ("mount-rm", _) => &["/a", "/data", "/tmp", "/etc/app", "/z", "/b"],
        ("secret-add", _) => &["a", "token", "source=c,target=x,mode=0400", "target=x", "missing"],
        ("secret-rm", _) => &["a", "token", "key"],
        ("config-add", _) => &["a", "site", "source=c,target=/x", "source=missing,target=y", "mode=x"],
        ("config-rm", _) => &["a", "site", "spec"],
        ("credential-spec", _) => {
            &["file://a", "config://a", "config://spec", "config://", "registry://b", "", "c"]
        }
        ("host-add", _) => &["h:1.2.3.4", "db:10.0.0.7", "i:[::1]", "h:x", ":1.1.1.1"],
        ("host-rm", _) => &["h", "db", "db:10.0.0.7", "cache", "six:::1", "database"],
        ("placement-pref-add" | "placement-pref-rm", _) => {
            &["spread=node.labels.zone", "spread=node.labels.rack", "spread=b=c", "pack=a"]
        }
        ("constraint-add" | "constraint-rm", _) => &["a==b", "node.role==worker", "node.labels.zone!=b", ""],
        ("ulimit-add", _) => &["core=1", "core=2:3", "nofile=-1", "nofile=3:2", "x=1", "cpu=1"],
        ("ulimit-rm", _) => &["core", "nofile=1", "x"],
        ("generic-resource-add", _) => &["gpu=1", "b = 2", "c=-1", "d", "e=x"],
        ("generic-resource-rm", _) => &["gpu", "ssd", "b"],
        ("dns-add", _) => &["1.1.1.1", " ::1", "9.9.9.9", "x"],
        ("dns-rm", _) => &["1.1.1.1", "8.8.8.8", "x"],
        ("dns-search-add" | "dns-search-rm", _) => &["a.example", ".", "c.example", "a_b"],
        ("dns-option-add" | "dns-option-rm", _) => &["ndots:2", "x", ""],
        ("cap-add" | "cap-drop", _) => &["all", "net_admin", "CAP_CHOWN", "sys_time", "reset", "kill"],
        ("sysctl-add" | "sysctl-rm", _) => &["a=1", "net.core.somaxconn", "net.core.somaxconn=7", "b"],
        ("group-add" | "group-rm", _) => &["audio", "video", "1000", ""],
        (_, Takes::One("DURATION")) => &["1s", "1m30s", "0", "1.5ms", "-1s", "5", ""],
        (_, Takes::One("BYTES")) => &["512m", "1.5GiB", "0", "64 k", "x"],
        (_, Takes::One("CPUS")) => &["1.5", "1/4", ".1", "0", "x"],
        (_, Takes::One("RATIO")) => &["0", ".1", "1", "0.25", "1e-3", "x"],
        (_, Takes::One("N")) => &["1", "0", "0x10", "1_0", "-1", "x"],
        (_, Takes::One("COMMAND")) => &["a 'b c'", "\"a\\\"b\" # c", "a\\ b", "", "'a"],
        _ => &["a", "A b", "{{.Task.Slot}}", ""],
    }
}
