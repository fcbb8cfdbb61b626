//! What may stand in a stack file: the keys and kinds of values that `docker stack deploy` accepts.
//!
//! The newest schema of docker/cli (`cli/compose/schema`) as a table. Where it is only about what a container does and
//! not about addresses, any value passes. A file of an older `version` is held against the newest keys, too.

use super::yaml::{Node, Scalar, Value};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Any,
    Null,
    Text,
    Integer,
    Number,
    Truth,
    List(&'static Shape),
    /// Exactly these keys, and `x-…` where extensions may stand.
    Fields {
        known: &'static [(&'static str, Shape)],
        extensions: bool,
    },
    /// Names that the user chose, all with the same kind of value.
    Named(&'static Shape),
    /// Any of these.
    Either(&'static [Shape]),
}

/// A value that Docker refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub(super) struct Misfit {
    pub(super) path: String,
    pub(super) line: usize,
    problem: String,
}

use Shape::{Any, Either, Fields, Integer, List, Named, Null, Number, Text, Truth};

const TEXTS: Shape = List(&Text);
const TEXT_OR_TEXTS: Shape = Either(&[Text, TEXTS]);
const LABELS: Shape = Either(&[TEXTS, Named(&Either(&[Text, Number, Null]))]);
const OPTIONS: Shape = Named(&Either(&[Text, Number]));

const ROLLING: Shape = Fields {
    known: &[
        ("parallelism", Integer),
        ("delay", Text),
        ("failure_action", Text),
        ("monitor", Text),
        ("max_failure_ratio", Number),
        ("order", Text),
    ],
    extensions: false,
};

const RESTART: Shape = Fields {
    known: &[("condition", Text), ("delay", Text), ("max_attempts", Integer), ("window", Text)],
    extensions: false,
};

const PLACEMENT: Shape = Fields {
    known: &[
        ("constraints", TEXTS),
        ("preferences", List(&Fields { known: &[("spread", Text)], extensions: false })),
        ("max_replicas_per_node", Integer),
    ],
    extensions: false,
};

const RESOURCES: Shape = Fields {
    known: &[
        (
            "limits",
            Fields { known: &[("cpus", Text), ("memory", Text), ("pids", Integer)], extensions: false },
        ),
        (
            "reservations",
            Fields {
                known: &[("cpus", Text), ("memory", Text), ("generic_resources", Any)],
                extensions: false,
            },
        ),
    ],
    extensions: false,
};

const DEPLOY: Shape = Fields {
    known: &[
        ("mode", Text),
        ("endpoint_mode", Text),
        ("replicas", Integer),
        ("labels", LABELS),
        ("rollback_config", ROLLING),
        ("update_config", ROLLING),
        ("resources", RESOURCES),
        ("restart_policy", RESTART),
        ("placement", PLACEMENT),
    ],
    extensions: false,
};

const PORT: Shape = Either(&[
    Number,
    Text,
    Fields {
        known: &[("mode", Text), ("target", Integer), ("published", Integer), ("protocol", Text)],
        extensions: false,
    },
]);

const SERVICE_NETWORK: Shape = Either(&[
    Null,
    Fields {
        known: &[
            ("aliases", TEXTS),
            ("driver_opts", OPTIONS),
            ("ipv4_address", Text),
            ("ipv6_address", Text),
        ],
        extensions: false,
    },
]);

const SERVICE: Shape = Fields {
    known: &[
        ("build", Any),
        ("cap_add", TEXTS),
        ("cap_drop", TEXTS),
        ("cgroup_parent", Text),
        ("cgroupns_mode", Text),
        ("command", TEXT_OR_TEXTS),
        ("configs", List(&Any)),
        ("container_name", Text),
        ("credential_spec", Any),
        ("depends_on", TEXTS),
        ("deploy", Either(&[Null, DEPLOY])),
        ("devices", TEXTS),
        ("dns", TEXT_OR_TEXTS),
        ("dns_search", TEXT_OR_TEXTS),
        ("domainname", Text),
        ("entrypoint", TEXT_OR_TEXTS),
        ("env_file", TEXT_OR_TEXTS),
        ("environment", Any),
        ("expose", List(&Either(&[Text, Number]))),
        ("external_links", TEXTS),
        ("extra_hosts", Any),
        ("group_add", List(&Either(&[Text, Number]))),
        ("healthcheck", Any),
        ("hostname", Text),
        ("image", Text),
        ("init", Truth),
        ("ipc", Text),
        ("isolation", Text),
        ("labels", LABELS),
        ("links", TEXTS),
        ("logging", Any),
        ("mac_address", Text),
        ("network_mode", Text),
        ("networks", Either(&[TEXTS, Named(&SERVICE_NETWORK)])),
        ("oom_score_adj", Integer),
        ("pid", Either(&[Text, Null])),
        ("ports", List(&PORT)),
        ("privileged", Truth),
        ("read_only", Truth),
        ("restart", Text),
        ("secrets", List(&Any)),
        ("security_opt", TEXTS),
        ("shm_size", Either(&[Number, Text])),
        ("stdin_open", Truth),
        ("stop_grace_period", Text),
        ("stop_signal", Text),
        ("sysctls", Any),
        ("tmpfs", TEXT_OR_TEXTS),
        ("tty", Truth),
        ("ulimits", Any),
        ("user", Text),
        ("userns_mode", Text),
        ("volumes", List(&Any)),
        ("working_dir", Text),
    ],
    extensions: true,
};

const NETWORK: Shape = Fields {
    known: &[
        ("name", Text),
        ("driver", Text),
        ("driver_opts", OPTIONS),
        (
            "ipam",
            Fields {
                known: &[
                    ("driver", Text),
                    ("config", List(&Fields { known: &[("subnet", Text)], extensions: false })),
                ],
                extensions: false,
            },
        ),
        ("external", Either(&[Truth, Fields { known: &[("name", Text)], extensions: false }])),
        ("internal", Truth),
        ("attachable", Truth),
        ("labels", LABELS),
    ],
    extensions: true,
};

/// A whole file.
pub(super) const FILE: Shape = Fields {
    known: &[
        ("version", Text),
        ("services", Named(&SERVICE)),
        ("networks", Named(&Either(&[Null, NETWORK]))),
        ("volumes", Named(&Any)),
        ("secrets", Named(&Any)),
        ("configs", Named(&Any)),
    ],
    extensions: true,
};

/// Everything in a document that does not have its shape.
pub(super) fn misfits(node: &Node, shape: &Shape, path: &str) -> Vec<Misfit> {
    let mut found = Vec::new();
    check(node, shape, path, &mut found);
    found
}

fn check(node: &Node, shape: &Shape, path: &str, found: &mut Vec<Misfit>) {
    match (shape, &node.value) {
        (Either(shapes), _) => match shapes.iter().find(|shape| is_kind(node, shape)) {
            Some(shape) => check(node, shape, path, found),
            None => found.push(wrong_kind(node, shape, path)),
        },
        (Fields { known, extensions }, Value::Map(entries)) => {
            for entry in entries {
                if let Some((_, shape)) = known.iter().find(|(name, _)| *name == entry.key) {
                    check(&entry.node, shape, &join(path, &entry.key), found);
                } else if !(*extensions && entry.key.starts_with("x-")) {
                    found.push(Misfit {
                        path: if path.is_empty() { "(root)" } else { path }.to_owned(),
                        line: entry.line,
                        problem: format!("Additional property {} is not allowed", entry.key),
                    });
                }
            }
        }
        (Named(shape), Value::Map(entries)) => {
            for entry in entries {
                check(&entry.node, shape, &join(path, &entry.key), found);
            }
        }
        (List(shape), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                check(item, shape, &join(path, &index.to_string()), found);
            }
        }
        _ if is_kind(node, shape) => {}
        _ => found.push(wrong_kind(node, shape, path)),
    }
}

fn is_kind(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.value) {
        (Any, _)
        | (Null, Value::Null)
        | (List(_), Value::List(_))
        | (Fields { .. } | Named(_), Value::Map(_)) => true,
        (Text, Value::Scalar(scalar)) => scalar.is_text(),
        (Integer, Value::Scalar(scalar)) => scalar.integer().is_some(),
        (Number, Value::Scalar(scalar)) => scalar.number().is_some(),
        (Truth, Value::Scalar(scalar)) => scalar.truth().is_some(),
        (Either(shapes), _) => shapes.iter().any(|shape| is_kind(node, shape)),
        _ => false,
    }
}

fn wrong_kind(node: &Node, shape: &Shape, path: &str) -> Misfit {
    Misfit { path: path.to_owned(), line: node.line, problem: format!("must be a {}", kinds(shape)) }
}

fn kinds(shape: &Shape) -> String {
    match shape {
        Any => "value".to_owned(),
        Null => "null".to_owned(),
        Text => "string".to_owned(),
        Integer => "integer".to_owned(),
        Number => "number".to_owned(),
        Truth => "boolean".to_owned(),
        List(_) => "list".to_owned(),
        Fields { .. } | Named(_) => "mapping".to_owned(),
        Either(shapes) => shapes.iter().map(kinds).collect::<Vec<_>>().join(" or "),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl Scalar {
    /// A text and nothing else: quoted, or without a meaning of its own. What came out of a variable is one, too.
    fn is_text(&self) -> bool {
        !self.plain || self.interpolated || (self.number().is_none() && self.truth().is_none())
    }

    /// May it be read as something else than a text: without quotes, or out of a variable?
    fn may_be_read(&self) -> bool {
        self.plain || self.interpolated
    }

    /// The whole number that it stands for (YAML 1.1 and 1.2 forms).
    pub(super) fn integer(&self) -> Option<i64> {
        if !self.may_be_read() {
            return None;
        }
        let text = self.text.replace('_', "");
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let based = |prefix: &str, radix| {
            let digits = digits.strip_prefix(prefix).filter(|digits| !digits.is_empty())?;
            i64::from_str_radix(digits, radix).ok()
        };
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let value = based("0x", 16)
            .or_else(|| based("0o", 8))
            .or_else(|| based("0b", 2))
            .or_else(|| based("0", 8))
            .or_else(|| digits.parse().ok())
            .or_else(|| whole(digits))?;
        Some(if negative { -value } else { value })
    }

    /// The number that it stands for.
    pub(super) fn number(&self) -> Option<f64> {
        if !self.may_be_read() {
            return None;
        }
        if let Some(integer) = self.integer() {
            #[expect(clippy::cast_precision_loss, reason = "only its being a number counts")]
            return Some(integer as f64);
        }
        let first = self.text.trim_start_matches(['-', '+']).chars().next()?;
        if !(first.is_ascii_digit() || first == '.') {
            return None;
        }
        self.text.replace('_', "").parse().ok()
    }

    /// The truth value that it stands for.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.text.as_str() {
            _ if !self.may_be_read() => None,
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            // Only what comes out of a variable is read like this.
            "y" | "yes" | "on" if self.interpolated => Some(true),
            "n" | "no" | "off" if self.interpolated => Some(false),
            _ => None,
        }
    }
}

/// `3.0` is a whole number.
fn whole(text: &str) -> Option<i64> {
    let (integer, fraction) = text.split_once('.')?;
    fraction.bytes().all(|digit| digit == b'0').then(|| integer.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let told = misfits(&parse(text).unwrap(), &FILE, "");
        told.iter().map(|misfit| format!("{}: {misfit}", misfit.line)).collect()
    }

    #[test]
    fn what_docker_does_not_know_is_told_with_its_line() {
        assert_eq!(
            told("services:\n  a:\n    image: x\n    foo: 1\n    x-mine: 2\n"),
            ["4: services.a Additional property foo is not allowed"]
        );
        assert_eq!(told("name: x\nx-a: 1\n"), ["1: (root) Additional property name is not allowed"]);
        assert_eq!(
            told("networks: {a: {ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.1}]}}}"),
            ["1: networks.a.ipam.config.0 Additional property gateway is not allowed"]
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_told() {
        for (text, expected) in [
            ("{replicas: x}", "services.a.deploy.replicas must be a integer"),
            ("{replicas: '3'}", "services.a.deploy.replicas must be a integer"),
            ("{mode: 1}", "services.a.deploy.mode must be a string"),
            ("{labels: {c: true}}", "services.a.deploy.labels.c must be a string or number or null"),
            ("{labels: [5]}", "services.a.deploy.labels.0 must be a string"),
            (
                "{update_config: {parallelism: 1.5}}",
                "services.a.deploy.update_config.parallelism must be a integer",
            ),
            ("{update_config: null}", "services.a.deploy.update_config must be a mapping"),
            ("{placement: {constraints: x}}", "services.a.deploy.placement.constraints must be a list"),
        ] {
            let told = told(&format!("services: {{a: {{image: x, deploy: {text}}}}}"));
            assert_eq!(told, [format!("1: {expected}")], "{text}");
        }
        assert_eq!(told("services: null"), ["1: services must be a mapping"]);
        assert_eq!(told("version: 3"), ["1: version must be a string"]);
    }

    #[test]
    fn what_docker_accepts_passes() {
        for deploy in
            ["null", "{replicas: 1.0}", "{labels: {a: null, b: 1.5, c: x, d: yes}}", "{labels: [a, b=c]}"]
        {
            assert_eq!(
                told(&format!("services: {{a: {{image: x, deploy: {deploy}}}}}")),
                [""; 0],
                "{deploy}"
            );
        }
        assert_eq!(told("networks: {a: null, b: {external: true}, c: {external: {name: x}}}"), [""; 0]);
    }

    #[test]
    fn numbers_are_read_as_yaml_writes_them() {
        let integer =
            |text: &str| Scalar { text: text.to_owned(), plain: true, interpolated: false }.integer();
        for (text, expected) in
            [("0x10", 16), ("1_000", 1000), ("0o17", 15), ("017", 15), ("-3", -3), ("0", 0), ("2.0", 2)]
        {
            assert_eq!(integer(text), Some(expected), "{text}");
        }
        for text in ["", "x", "1.5", "-", "1x"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }
}
