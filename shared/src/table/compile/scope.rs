//! What all rules of a group share.

use crate::amount::ByteSize;
use crate::auth::Authority;
use crate::cors::{Cors, List, Origins};
use crate::settings::{Errors, Settings, SizeLimits, Slash};
use crate::table::Scope;
use crate::table::format::{ScopePart, scope as flag};
use crate::table::text::{NUMBER, SMALL, SUM, VERSIONS};
use crate::version::{VersionBy, Versioning};

use super::writer::{Place, Record, Unknown, Writer, flags};

/// Writes a scope, and tells where it is.
pub(super) fn write(scope: &Scope, writer: &mut Writer) -> usize {
    let settings = scope.settings();
    let auto = settings.auto();
    let flags = flags([
        (flag::PLAIN_ERRORS, settings.errors() == Errors::Plain),
        (flag::FREE_HEAD, auto.head),
        (flag::FREE_OPTIONS, auto.options),
        (flag::SLASH_IGNORED, settings.slash() == Slash::Ignore),
        (flag::SLASH_REDIRECTED, settings.slash() == Slash::Redirect),
    ]);
    let part = |part: ScopePart| match part {
        ScopePart::Cors => settings.cors().map(cors),
        ScopePart::Versioning => settings.versioning().and_then(versioning),
        ScopePart::Limits => limits(settings.limits()),
        ScopePart::Authority => settings.authority().map(|_| authority(scope.name(), settings)),
        ScopePart::Claims => settings.authority().and_then(claims),
    };
    let parts: Vec<(ScopePart, Place)> =
        ScopePart::ALL.into_iter().filter_map(|it| Some((it, Place::Here(writer.once(part(it)?))))).collect();
    let mut record = Record::default();
    record.number_from(0, NUMBER, Unknown::Rank);
    record.number(flags, SMALL);
    record.number(parts.iter().fold(0, |all, (part, _)| all | part.bit()), 1);
    for (_, place) in parts {
        record.place(place);
    }
    writer.append(&record)
}

fn cors(cors: &Cors) -> Record {
    let mut record = Record::default();
    record.number(u64::from(cors.origins == Origins::Any) | u64::from(cors.credentials) << 1, 1);
    let origins = match &cors.origins {
        Origins::Any => Vec::new(),
        Origins::These(origins) => origins.iter().collect(),
    };
    record.count(origins.len());
    for origin in origins {
        let (scheme, wildcard, host) = origin.parts();
        record.text(scheme);
        record.number(u64::from(wildcard), 1);
        record.text(host);
    }
    match &cors.methods {
        None => record.number(0_u64, 1),
        Some(methods) if methods.is_any() => record.number(1_u64, 1),
        Some(methods) => {
            record.number(2_u64, 1);
            record.text(&methods.to_string().replace(',', ", "));
        }
    }
    for list in [&cors.headers, &cors.expose] {
        match list {
            None => record.number(0_u64, 1),
            Some(List::Any) => record.number(1_u64, 1),
            Some(these) => {
                record.number(2_u64, 1);
                record.text(&these.to_string());
            }
        }
    }
    record.text(&cors.max_age().to_string());
    record
}

/// Where the path tells the version, it is part of the path.
fn versioning(versioning: &Versioning) -> Option<Record> {
    let (kind, name) = match (versioning.by(), versioning.name()?) {
        (VersionBy::Path, _) => return None,
        (VersionBy::Header, name) => (1_u64, name),
        (VersionBy::Query, name) => (2, name),
        (VersionBy::Media, name) => (3, name),
    };
    let mut record = Record::default();
    record.number(kind, 1);
    record.text(name);
    record.number(u64::from(versioning.default().is_some()), 1);
    record.number(versioning.default().unwrap_or_default(), VERSIONS);
    Some(record)
}

/// As the labels state it, since it is read seldom: a guest does it once.
fn authority(group: &str, settings: &Settings) -> Record {
    let fields = settings.fields();
    let stated: Vec<_> =
        fields.iter().filter_map(|(key, value)| Some((key.strip_prefix("auth.")?, value))).collect();
    let stated: Vec<_> = stated.into_iter().filter(|(key, _)| !key.starts_with("claims.")).collect();
    let mut inside = Record::default();
    inside.text(group);
    inside.count(stated.len());
    for (key, value) in stated {
        inside.text(key);
        inside.text(value);
    }
    let mut record = Record::default();
    record.count(inside.len());
    record.append(&inside);
    record
}

fn claims(authority: &Authority) -> Option<Record> {
    let mut record = Record::default();
    record.count(authority.headers().len());
    for (header, claim) in authority.headers() {
        record.text(header.as_str());
        record.text(&claim.to_string());
    }
    (!authority.headers().is_empty()).then_some(record)
}

fn limits(limits: SizeLimits) -> Option<Record> {
    let all = [
        limits.uri.map(ByteSize::bytes),
        limits.query.map(u64::from),
        limits.headers.map(u64::from),
        limits.body.map(ByteSize::bytes),
    ];
    let mut record = Record::default();
    for limit in all {
        record.number(u64::from(limit.is_some()), 1);
        if let Some(limit) = limit {
            record.number(limit, SUM);
        }
    }
    all.iter().any(Option::is_some).then_some(record)
}
