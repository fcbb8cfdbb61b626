//! Reading labels: all of a service's, with everything that is wrong with them.

use std::collections::BTreeMap;

use super::{GROUP, LabelError, PREFIX, vocabulary};
use crate::endpoint::Requested;
use crate::health::{HealthCheck, Stated, Unsound};
use crate::host::{HostError, HostPattern};
use crate::merge::{Declaration, Scheme};
use crate::name::{Name, ServiceName};
use crate::path::BasePath;
use crate::problem::{Problem, unknown};
use crate::route::{Route, check_default, fold};
use crate::settings::Statement;

/// Reads the labels of `service`, which the engine says was `created` then; other labels are passed over.
///
/// `None` if there is no `smsvc.*` label at all. All errors are told, each with its label.
pub fn parse(
    service: &str,
    created: &str,
    labels: &BTreeMap<String, String>,
) -> Result<Option<Declaration>, Vec<LabelError>> {
    let mut reader = Reader::default();
    for (label, value) in labels {
        if let Some(key) = own_key(label) {
            reader.take(label, key, value);
        }
    }
    if reader.seen.is_empty() {
        return Ok(None);
    }
    reader.finish(service, created).map(Some).map_err(|wrong| {
        let error = |(label, problem)| LabelError { service: service.to_owned(), label, problem };
        wrong.into_iter().map(error).collect()
    })
}

/// What the keys of a health check begin with.
const HEALTH: &str = "health.";

/// Whether `text` is a digest as `smsvc.compiled` has it.
fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What follows `smsvc.`, in whatever case that is written.
pub(super) fn own_key(label: &str) -> Option<&str> {
    let (prefix, key) = label.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(key)
}

/// What was read so far.
#[derive(Default)]
struct Reader<'a> {
    /// Every label by its key without case.
    seen: BTreeMap<String, &'a str>,
    group: Option<Name>,
    hosts: Vec<HostPattern>,
    base: Option<BasePath>,
    port: Option<u16>,
    scheme: Scheme,
    health: Stated,
    network: Option<String>,
    endpoint: Option<Requested>,
    settings: Statement,
    owner: bool,
    /// Field and value that each route inherits.
    defaults: Vec<(&'a str, &'a str)>,
    /// Field, value and label of each route.
    routes: BTreeMap<String, Vec<(&'a str, &'a str, &'a str)>>,
    errors: Vec<(String, Problem)>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, label: &'a str, key: &'a str, value: &'a str) {
        let (route, default) = (route_key(key), default_key(key));
        let folded = match (route, default) {
            (Some((name, field)), _) => format!("route.{}.{}", name.to_ascii_lowercase(), fold(field)),
            (None, Some(field)) => format!("defaults.{}", fold(field)),
            (None, None) => key.to_ascii_lowercase(),
        };
        if let Some(before) = self.seen.get(&folded) {
            let before = (*before).to_owned();
            return self.errors.push((label.to_owned(), Problem::DuplicateKey(before)));
        }
        let known = match (route, default) {
            (Some((_, field)), _) | (None, Some(field)) => vocabulary::is_of_route(&fold(field)),
            (None, None) => vocabulary::is_of_service(&folded),
        };
        let read = match (route, default) {
            (Some((_, field)), _) | (None, Some(field)) if !known => Err(unknown(&fold(field))),
            (None, None) if !known => Err(unknown(&folded)),
            (None, Some(field)) => {
                self.defaults.push((field, value));
                check_default(field, value)
            }
            (Some((name, field)), _) => {
                self.routes.entry(name.to_ascii_lowercase()).or_default().push((field, value, label));
                Ok(())
            }
            (None, None) => self.set(&folded, value),
        };
        self.seen.insert(folded, label);
        if let Err(problem) = read {
            self.errors.push((label.to_owned(), problem));
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        let wrong = |expected| Problem::Value { expected, found: value.to_owned() };
        match key {
            "schema" if value == "1" => {}
            "schema" => return Err(wrong("1, the only schema of the labels that this smsvc reads")),
            "group" => self.group = Some(Name::parse(value)?),
            "host" => self.hosts = hosts(value)?,
            "base" => self.base = Some(BasePath::parse(value)?),
            "port" => self.port = Some(port(value).ok_or_else(|| wrong("a port: 1 to 65535"))?),
            "scheme" => self.scheme = Scheme::parse(value).ok_or_else(|| wrong("http, h2c or https"))?,
            "network" if value.is_empty() => return Err(wrong("the name of a network")),
            "network" => self.network = Some(value.to_owned()),
            "endpoint" => self.endpoint = Some(value.parse().map_err(|_| wrong("auto, vip or dnsrr"))?),
            // Nothing is declared by it.
            "compiled" if is_digest(value) => {}
            "compiled" => return Err(wrong("sha256: and 64 hexadecimal digits, as docker smsvc writes it")),
            "owner" => self.owner = value.parse().map_err(|_| wrong("true or false"))?,
            _ => {
                if let Some(read) = key.strip_prefix(HEALTH).and_then(|field| self.health.set(field, value)) {
                    return read.map_err(wrong);
                }
                return self.settings.set(key, value).unwrap_or_else(|| Err(unknown(key)));
            }
        }
        Ok(())
    }

    /// The health check; the error names the label that spoils it as it was written.
    fn health(&mut self) -> Result<Option<HealthCheck>, (String, Problem)> {
        // A field that cannot be read is told already.
        let told = self.errors.iter().any(|(label, _)| own_key(label).is_some_and(is_of_health));
        let written = |field: &str| {
            let label = self.seen.get(&format!("health.{field}")).map(|label| (*label).to_owned());
            label.unwrap_or_else(|| format!("{PREFIX}health.{field}"))
        };
        let (field, problem) = match std::mem::take(&mut self.health).check() {
            Err(_) if told => return Ok(None),
            Err(Unsound::NoPath) => ("path", Problem::NoHealthPath),
            Err(Unsound::Timeout) => ("timeout", Problem::HealthTimeout),
            Ok(found) => return Ok(found),
        };
        Err((written(field), problem))
    }

    fn finish(mut self, service: &str, created: &str) -> Result<Declaration, Vec<(String, Problem)>> {
        let mut routes = Vec::new();
        for (name, fields) in std::mem::take(&mut self.routes) {
            match route(&name, &fields, &self.defaults) {
                Ok(route) => routes.push(route),
                Err(wrong) => self.errors.extend(wrong),
            }
        }
        // A key that is not known may be the group's, misspelt; one error is enough for that.
        let misspelt = self.errors.iter().any(|(_, problem)| problem.code() == Problem::UnknownKey.code());
        if self.group.is_none() && !self.seen.contains_key("group") && !misspelt {
            self.errors.push((GROUP.to_owned(), Problem::NoGroup));
        }
        let health = self.health().map_err(|error| self.errors.push(error));
        let service =
            ServiceName::parse(service).map_err(|error| self.errors.push((GROUP.to_owned(), error.into())));
        match (service, self.group, health) {
            (Ok(service), Some(group), Ok(health)) if self.errors.is_empty() => Ok(Declaration {
                service,
                created: created.to_owned(),
                group,
                hosts: self.hosts,
                base: self.base,
                settings: self.settings,
                port: self.port,
                scheme: self.scheme,
                health,
                network: self.network,
                endpoint: self.endpoint,
                owner: self.owner,
                routes,
            }),
            _ => Err(self.errors),
        }
    }
}

/// Makes a route of its fields; its errors name the label as it was written.
fn route(
    name: &str,
    fields: &[(&str, &str, &str)],
    defaults: &[(&str, &str)],
) -> Result<Route, Vec<(String, Problem)>> {
    let label = |field: &str| {
        let written =
            fields.iter().find(|(known, ..)| *known == field).map(|(.., label)| (*label).to_owned());
        written.unwrap_or_else(|| format!("{PREFIX}route.{name}.{field}"))
    };
    let first = fields.first().map_or("", |(field, ..)| *field);
    let name = Name::parse(name).map_err(|error| vec![(label(first), error.into())])?;
    let texts = fields.iter().map(|(field, value, _)| (*field, *value));
    Route::with_defaults(name, texts, defaults.iter().copied())
        .map_err(|errors| errors.into_iter().map(|it| (label(&it.field), it.problem)).collect())
}

fn is_of_health(key: &str) -> bool {
    key.get(..HEALTH.len()).is_some_and(|start| start.eq_ignore_ascii_case(HEALTH))
}

/// The name and the field of `route.<name>.<field>`.
fn route_key(key: &str) -> Option<(&str, &str)> {
    let (word, rest) = key.split_once('.')?;
    if word.eq_ignore_ascii_case("route") { rest.split_once('.') } else { None }
}

/// The field of `defaults.<field>`.
fn default_key(key: &str) -> Option<&str> {
    let (word, field) = key.split_once('.')?;
    word.eq_ignore_ascii_case("defaults").then_some(field)
}

fn hosts(value: &str) -> Result<Vec<HostPattern>, HostError> {
    let mut hosts: Vec<HostPattern> =
        value.split(',').map(|host| HostPattern::parse(host.trim())).collect::<Result<_, _>>()?;
    hosts.sort();
    hosts.dedup();
    Ok(hosts)
}

fn port(value: &str) -> Option<u16> {
    value.parse().ok().filter(|port| *port > 0 && value.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
    }

    fn refused(pairs: &[(&str, &str)]) -> Vec<(String, &'static str)> {
        let errors = parse("pets", "", &labels(pairs)).unwrap_err();
        assert!(errors.iter().all(|error| error.service == "pets"));
        errors.into_iter().map(|error| (error.label.clone(), error.code())).collect()
    }

    #[test]
    fn labels_of_others_declare_nothing() {
        let others = labels(&[("traefik.enable", "true"), ("smsvc", "x"), ("smsvcx.group", "g"), ("é", "")]);
        assert_eq!(parse("pets", "", &others), Ok(None));
    }

    #[test]
    fn every_label_has_its_place() {
        let declaration = parse(
            "pets",
            "2026-01-01T00:00:00Z",
            &labels(&[
                ("smsvc.schema", "1"),
                ("smsvc.group", "petstore"),
                ("smsvc.host", "*.example.com, api.example.com"),
                ("smsvc.base", "/v2/"),
                ("smsvc.port", "8080"),
                ("smsvc.scheme", "h2c"),
                ("SMSVC.Health.Path", "/health"),
                ("smsvc.health.interval", "10"),
                ("smsvc.network", "front"),
                ("smsvc.endpoint", "DNSRR"),
                ("smsvc.route.get-pet.path", "/pets/{petId}"),
                ("SMSVC.Route.Get-Pet.Methods", "GET"),
                ("smsvc.route.get-pet.query.Page", "*"),
            ]),
        )
        .unwrap()
        .unwrap();
        assert_eq!(
            super::super::write(&declaration),
            labels(&[
                ("smsvc.group", "petstore"),
                ("smsvc.host", "api.example.com,*.example.com"),
                ("smsvc.base", "/v2"),
                ("smsvc.port", "8080"),
                ("smsvc.scheme", "h2c"),
                ("smsvc.health.path", "/health"),
                ("smsvc.health.interval", "10s"),
                ("smsvc.network", "front"),
                ("smsvc.endpoint", "dnsrr"),
                ("smsvc.route.get-pet.path", "/pets/{petId}"),
                ("smsvc.route.get-pet.methods", "GET"),
                ("smsvc.route.get-pet.query.Page", "*"),
            ])
        );
        assert_eq!(declaration.created, "2026-01-01T00:00:00Z");
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_label_as_written() {
        for label in [
            "smsvc.Groups",
            "smsvc.",
            "smsvc.cors",
            "smsvc.cors.origin",
            "smsvc.route.r.translate.response.allow",
            "smsvc.pipeline.p.step.1.type",
            "smsvc.route.r.cache.micro",
            "smsvc.route",
            "smsvc.route.r",
            "smsvc.route.r.x",
        ] {
            let errors = refused(&[("smsvc.group", "g"), ("smsvc.route.r.path", "/a"), (label, "x")]);
            assert_eq!(errors, [(label.to_owned(), "E101")], "{label}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_but_for_its_case_is_an_error() {
        assert_eq!(refused(&[("smsvc.group", "g"), ("smsvc.Group", "g")]), [("smsvc.group".into(), "E103")]);
        assert_eq!(
            refused(&[("smsvc.group", "g"), ("smsvc.route.R.path", "/a"), ("smsvc.route.r.path", "/a")]),
            [("smsvc.route.r.path".into(), "E103")]
        );
    }

    #[test]
    fn a_health_check_has_a_path_and_gives_up_before_it_asks_again() {
        let with = |fields: &[(&str, &str)]| refused(&[&[("smsvc.group", "g")], fields].concat());
        assert_eq!(with(&[("smsvc.health.interval", "5")]), [("smsvc.health.path".to_owned(), "E107")]);
        let late = [("smsvc.health.path", "/h"), ("SMSVC.health.Timeout", "5s")];
        assert_eq!(with(&late), [("SMSVC.health.Timeout".to_owned(), "E104")]);
        let wrong = [("smsvc.health.path", "h"), ("smsvc.health.interval", "9")];
        assert_eq!(with(&wrong), [("smsvc.health.path".to_owned(), "E104")]);
        assert_eq!(with(&[("smsvc.health.port", "80")]), [("smsvc.health.port".to_owned(), "E101")]);
    }

    #[test]
    fn a_service_with_labels_names_its_group() {
        assert_eq!(refused(&[("smsvc.port", "80")]), [("smsvc.group".into(), "E105")]);
        assert_eq!(refused(&[("smsvc.group", "G")]), [("smsvc.group".into(), "E102")]);
    }

    #[test]
    fn every_error_of_a_service_is_told() {
        let errors = refused(&[
            ("smsvc.base", "v2"),
            ("smsvc.endpoint", "vipp"),
            ("smsvc.group", "g"),
            ("smsvc.host", "a,,b"),
            ("smsvc.network", ""),
            ("smsvc.port", "+80"),
            ("smsvc.route.-.path", "/a"),
            ("smsvc.route.a.methods", "GET"),
            ("smsvc.route.b.Path", "b"),
            ("smsvc.schema", "2"),
            ("smsvc.scheme", "ftp"),
        ]);
        let expected = [
            ("smsvc.base", "E113"),
            ("smsvc.endpoint", "E104"),
            ("smsvc.host", "E104"),
            ("smsvc.network", "E104"),
            ("smsvc.port", "E104"),
            ("smsvc.schema", "E104"),
            ("smsvc.scheme", "E104"),
            ("smsvc.route.-.path", "E102"),
            ("smsvc.route.a.path", "E111"),
            ("smsvc.route.b.Path", "E113"),
        ];
        assert_eq!(errors, expected.map(|(label, code)| (label.to_owned(), code)));
    }
}
