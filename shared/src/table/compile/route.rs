//! One route: what it asks of a request, and what it makes of it. Routes of a group that say the same are one.

use crate::action::{Action, Forwarding};
use crate::route::Route;
use crate::table::Rule;
use crate::table::format::RoutePart;
use crate::table::text::{SMALL, VERSIONS};
use crate::version::VersionRange;

use super::group::Methods;
use super::parts::{access, cache, changes, conditions, filled, life, media, query_rewrite, rewrite};
use super::writer::{Place, Record, Writer};

pub(super) fn write(rule: &Rule, scope: Place, methods: &Methods, writer: &mut Writer) -> usize {
    let mut router = Record::default();
    router.text(rule.router());
    let router = Place::Here(writer.once(router));
    let route = rule.route();
    let parts: Vec<(RoutePart, Place)> = RoutePart::ALL
        .into_iter()
        .filter_map(|it| {
            let record = part(it, rule, writer)?;
            Some((it, Place::Here(writer.once(record))))
        })
        .collect();
    let mut record = Record::default();
    record.place(scope);
    record.place(router);
    record.number(rule.path().segments().len().saturating_sub(route.path().segments().len()), SMALL);
    methods.write(route.methods(), &mut record);
    record.number(parts.iter().fold(0, |all, (part, _)| all | part.bit()), VERSIONS);
    for (_, place) in parts {
        record.place(place);
    }
    writer.once(record)
}

fn part(part: RoutePart, rule: &Rule, writer: &mut Writer) -> Option<Record> {
    let route = rule.route();
    let none = Forwarding::default();
    let forwarding = route.action().forwarding().unwrap_or(&none);
    match part {
        RoutePart::Headers => conditions(route.headers()),
        RoutePart::Query => conditions(route.query()),
        RoutePart::Consumes => media(route.consumes(), writer),
        RoutePart::Produces => media(route.produces(), writer),
        RoutePart::Action => action(route, writer),
        RoutePart::Rewrite => forwarding.rewrite.as_ref().map(|it| rewrite(it, route.path(), writer)),
        RoutePart::QueryRewrite => query_rewrite(&forwarding.query),
        RoutePart::Request => changes(&forwarding.request),
        RoutePart::Response => changes(route.response()),
        RoutePart::Life => life(route.life()),
        RoutePart::Cache => cache(&forwarding.cache),
        RoutePart::Access => route.access().demand().map(access),
        RoutePart::Versions => rule.version().map(versions),
    }
}

fn versions(range: VersionRange) -> Record {
    let mut record = Record::default();
    record.number(*range.versions().start(), VERSIONS);
    record.number(*range.versions().end(), VERSIONS);
    record
}

/// What is done instead of forwarding.
fn action(route: &Route, writer: &mut Writer) -> Option<Record> {
    let mut record = Record::default();
    match route.action() {
        Action::Forward(_) => return None,
        Action::Redirect { status, location } => {
            record.number(0_u64, 1);
            record.number(*status, SMALL);
            filled(location.text(), route.path(), &mut record, writer);
        }
        Action::Static(answer) => {
            record.number(1_u64, 1);
            record.number(answer.status, SMALL);
            record.text(&answer.told_type().unwrap_or_default());
            filled(&answer.body, route.path(), &mut record, writer);
        }
        Action::Deny(status) => {
            record.number(2_u64, 1);
            record.number(*status, SMALL);
        }
    }
    Some(record)
}
