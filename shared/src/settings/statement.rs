//! What one member states of its group, key by key.
//!
//! A key is what follows `smsvc.` in a label, and a new setting is added here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Auto, Errors, SettingsError, SizeLimits, Slash, Tls, is_traefik_name};
use crate::amount::{ByteSize, count};
use crate::auth::{Authority, AuthorityStatement};
use crate::cors::{Cors, List, Origins};
use crate::method::Methods;
use crate::problem::Problem;
use crate::version::{VersionBy, Versioning, number};

/// What one member states of its group; `None` where it does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pub(super) slash: Option<Slash>,
    pub(super) errors: Option<Errors>,
    pub(super) auto: Option<Auto>,
    version_by: Option<VersionBy>,
    version_name: Option<String>,
    version_default: Option<u16>,
    origins: Option<Origins>,
    methods: Option<Methods>,
    headers: Option<List>,
    expose: Option<List>,
    credentials: Option<bool>,
    max_age: Option<u32>,
    pub(super) entry_points: Option<BTreeSet<String>>,
    pub(super) tls: Option<Tls>,
    pub(super) limits: SizeLimits,
    authority: AuthorityStatement,
}

/// Reads a value, or says what it should be.
fn read<T>(value: &str, expected: &'static str, parsed: Option<T>) -> Result<Option<T>, Problem> {
    match parsed {
        Some(parsed) => Ok(Some(parsed)),
        None => Err(Problem::Value { expected, found: value.to_owned() }),
    }
}

impl Statement {
    /// Enters a setting, in place of what was stated of it; `None` if there is no such setting.
    pub fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Problem>> {
        self.enter(key, value).transpose()
    }

    fn enter(&mut self, key: &str, value: &str) -> Result<Option<()>, Problem> {
        const SIZE: &str = "a size, such as 1MiB or 4096";
        const COUNT: &str = "a number of 1 and more";
        const HEADERS: &str = "a list of header names, or *";
        match key {
            "slash" => self.slash = read(value, "strict, ignore or redirect", Slash::parse(value))?,
            "errors" => self.errors = read(value, "problem or plain", Errors::parse(value))?,
            "auto" => self.auto = read(value, "a list of head and options, or none", Auto::parse(value))?,
            "version.by" => {
                self.version_by = read(value, "path, header, query or media", VersionBy::parse(value))?;
            }
            "version.name" => {
                let name = Some(value.to_owned())
                    .filter(|name| !name.is_empty() && !name.contains(char::is_control));
                self.version_name = read(value, "the name of a header or a parameter, or a segment", name)?;
            }
            "version.default" => self.version_default = read(value, "a version, such as 2", number(value))?,
            "cors.origins" => {
                self.origins = read(
                    value,
                    "a list of origins such as https://*.example.com, or *",
                    Origins::parse(value),
                )?;
            }
            "cors.methods" => self.methods = Some(Methods::parse(value)?),
            "cors.headers" => self.headers = read(value, HEADERS, List::parse(value))?,
            "cors.expose" => self.expose = read(value, HEADERS, List::parse(value))?,
            "cors.credentials" => self.credentials = read(value, "true or false", value.parse().ok())?,
            "cors.max-age" => self.max_age = read(value, "a number of seconds", seconds(value))?,
            "entrypoints" => {
                let names: BTreeSet<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
                let sound = names.iter().all(|name| is_traefik_name(name));
                self.entry_points = read(value, "a list of Traefik's entry points", sound.then_some(names))?;
            }
            "tls" => {
                self.tls =
                    read(value, "true, false or a certificate resolver of Traefik", Tls::parse(value))?;
            }
            "limit.body" => self.limits.body = read(value, SIZE, ByteSize::parse(value))?,
            "limit.uri" => self.limits.uri = read(value, SIZE, ByteSize::parse(value))?,
            "limit.query" => self.limits.query = read(value, COUNT, count(value))?,
            "limit.headers" => self.limits.headers = read(value, COUNT, count(value))?,
            _ => {
                return match key.strip_prefix("auth.") {
                    Some(key) => self.authority.enter(key, value),
                    None => Ok(None),
                };
            }
        }
        Ok(Some(()))
    }

    /// Key and canonical value of each setting that is stated, always in the same order.
    pub fn fields(&self) -> Vec<(Cow<'static, str>, String)> {
        fn text<T: ToString>(key: &'static str, value: Option<&T>) -> Option<(&'static str, String)> {
            value.map(|value| (key, value.to_string()))
        }
        let list = |key, value: Option<&List>| value.map(|value| (key, value.to_string().replace(", ", ",")));
        let entry_points =
            |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        [
            self.slash.map(|it| ("slash", it.as_str().to_owned())),
            self.errors.map(|it| ("errors", it.as_str().to_owned())),
            text("auto", self.auto.as_ref()),
            self.version_by.map(|it| ("version.by", it.as_str().to_owned())),
            text("version.name", self.version_name.as_ref()),
            text("version.default", self.version_default.as_ref()),
            text("cors.origins", self.origins.as_ref()),
            text("cors.methods", self.methods.as_ref()),
            list("cors.headers", self.headers.as_ref()),
            list("cors.expose", self.expose.as_ref()),
            text("cors.credentials", self.credentials.as_ref()),
            text("cors.max-age", self.max_age.as_ref()),
            self.entry_points.as_ref().map(|names| ("entrypoints", entry_points(names))),
            text("tls", self.tls.as_ref()),
            text("limit.body", self.limits.body.as_ref()),
            text("limit.uri", self.limits.uri.as_ref()),
            text("limit.query", self.limits.query.as_ref()),
            text("limit.headers", self.limits.headers.as_ref()),
        ]
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.into(), value))
        .chain(self.authority.fields())
        .collect()
    }

    /// Whether a secret stands among the keys, where many can read it.
    pub fn shows_secret(&self) -> bool {
        self.authority.shows_secret()
    }

    pub(super) fn authority(&self) -> Result<Option<Authority>, SettingsError> {
        Authority::new(&self.authority)
    }

    pub(super) fn versioning(&self) -> Result<Option<Versioning>, SettingsError> {
        let Some(by) = self.version_by else {
            let stated = [
                ("version.name", self.version_name.is_some()),
                ("version.default", self.version_default.is_some()),
            ];
            return missing(&stated, "version.by");
        };
        Ok(Some(Versioning::new(by, self.version_name.as_deref(), self.version_default)?))
    }

    pub(super) fn cors(&self) -> Result<Option<Cors>, SettingsError> {
        let Some(origins) = &self.origins else {
            let stated = [
                ("cors.methods", self.methods.is_some()),
                ("cors.headers", self.headers.is_some()),
                ("cors.expose", self.expose.is_some()),
                ("cors.credentials", self.credentials.is_some()),
                ("cors.max-age", self.max_age.is_some()),
            ];
            return missing(&stated, "cors.origins");
        };
        let credentials = self.credentials.unwrap_or_default();
        if credentials && self.expose == Some(List::Any) {
            return Err(SettingsError::ExposeAll);
        }
        Ok(Some(Cors {
            origins: origins.clone(),
            methods: self.methods.clone(),
            headers: self.headers.clone(),
            expose: self.expose.clone(),
            credentials,
            max_age: self.max_age,
        }))
    }
}

/// Nothing, unless one of these is stated, which then needs what is not.
fn missing<T>(stated: &[(&'static str, bool)], needs: &'static str) -> Result<Option<T>, SettingsError> {
    match stated.iter().find(|(_, stated)| *stated) {
        Some((key, _)) => Err(SettingsError::Needs { key, needs }),
        None => Ok(None),
    }
}

/// Reads a number of seconds, 0 included.
fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s').unwrap_or(text).parse().ok().filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_prints_what_it_reads() {
        let fields = [
            ("slash", "redirect"),
            ("errors", "plain"),
            ("auto", "options"),
            ("version.by", "header"),
            ("version.name", "X-V"),
            ("version.default", "2"),
            ("cors.origins", "https://b.example,https://*.a.example"),
            ("cors.methods", "GET,PUT"),
            ("cors.headers", "x-a,x-b"),
            ("cors.expose", "*"),
            ("cors.credentials", "false"),
            ("cors.max-age", "600"),
            ("entrypoints", "web,websecure"),
            ("tls", "letsencrypt"),
            ("limit.body", "1MiB"),
            ("limit.uri", "8KiB"),
            ("limit.query", "20"),
            ("limit.headers", "50"),
            ("auth.secret-file", "/run/secrets/jwt"),
            ("auth.claims.x-user", "sub"),
        ];
        let mut stated = Statement::default();
        for (key, value) in fields {
            assert_eq!(stated.set(key, value), Some(Ok(())), "{key}");
        }
        assert_eq!(stated.fields(), fields.map(|(key, value)| (key.into(), value.to_owned())));
    }

    #[test]
    fn wrong_values_and_unknown_settings_are_told_apart() {
        for (key, bad) in [
            ("slash", "maybe"),
            ("errors", ""),
            ("auto", "head,none"),
            ("version.by", "host"),
            ("version.name", ""),
            ("version.default", "v2"),
            ("cors.origins", "a.example"),
            ("cors.methods", "G ET"),
            ("cors.headers", "a b"),
            ("cors.credentials", "yes"),
            ("cors.max-age", "-1"),
            ("entrypoints", "web,"),
            ("tls", "a b"),
            ("limit.body", "0"),
            ("limit.query", "many"),
        ] {
            assert!(matches!(Statement::default().set(key, bad), Some(Err(_))), "{key}={bad}");
        }
        assert_eq!(Statement::default().set("cors", "true"), None);
    }
}
