//! Places: each route of a group at each of its paths, as far as a router rule of Traefik can tell them apart.
//!
//! A router is chosen before the plugin is asked, by conditions and a priority alone. What a rule cannot say is
//! [`Inexact`]; whether that matters depends on who else is at the same paths.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::regexp::{self, Fit as Wanted};
use crate::condition::{HeaderName, Test};
use crate::group::{Group, Member};
use crate::method::Fit;
use crate::path::{PathTemplate, Shape};
use crate::route::Route;
use crate::settings::Settings;
use crate::version::VersionRange;

/// Why no rule of Traefik says exactly what a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inexact {
    /// The division of a segment is judged as a whole.
    SeveralParameters,
    /// The characters of a text are counted.
    Length,
    /// Traefik drops parameters of a query that are not encoded soundly.
    Query,
    /// The first value of a header or parameter tells the version; a rule looks at all of them.
    Version,
    /// Media types are weighed against each other.
    MediaType,
    /// Whether the path is taken with the other slash depends on the routes of other services.
    LooseSlash,
}

/// One route at one of its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place<'g> {
    pub(super) member: &'g Member,
    pub(super) route: &'g Route,
    pub(super) path: PathTemplate,
    pub(super) version: Option<VersionRange>,
    shape: Shape,
}

/// The methods that a place takes for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim<'p, 'g> {
    pub(super) place: &'p Place<'g>,
    fit: Fit,
}

impl<'g> Place<'g> {
    /// All places of a group, in the order of its services and their routes.
    pub(super) fn all(group: &'g Group) -> Vec<Self> {
        let mut places = Vec::new();
        for member in &group.services {
            for route in &member.routes {
                let its = route.places(&group.base, &group.settings).into_iter();
                places.extend(its.map(|(path, version)| {
                    let shape = Shape::from(&path);
                    Self { member, route, path, version, shape }
                }));
            }
        }
        places
    }

    /// What it takes, and why.
    pub(super) fn claims<'p>(&'p self, settings: &Settings) -> Vec<Claim<'p, 'g>> {
        let methods = self.route.methods();
        if methods.is_any() {
            return vec![Claim { place: self, fit: Fit::Any }];
        }
        let mut claims = vec![Claim { place: self, fit: Fit::Declared }];
        if settings.auto().head && methods.fit("HEAD") == Some(Fit::HeadOfGet) {
            claims.push(Claim { place: self, fit: Fit::HeadOfGet });
        }
        claims
    }

    /// What a rule for it cannot say.
    pub(super) fn inexact(&self) -> impl Iterator<Item = Inexact> + use<> {
        let version = self.version.map(|_| Inexact::Version);
        let query = (!self.route.query().is_empty()).then_some(Inexact::Query);
        let media = !self.route.consumes().is_any() || !self.route.produces().is_any();
        let media = media.then_some(Inexact::MediaType);
        let path = regexp::of_template(&self.path, false, Wanted::Exact).err();
        [version, query, media, path].into_iter().flatten()
    }

    /// Whether both are at a path of the same shape.
    pub(super) fn beside(&self, other: &Self) -> bool {
        self.shape == other.shape
    }
}

impl<'p> Claim<'p, '_> {
    /// Which of two claims on one request is met (`Less` is), as [`Table`](crate::table::Table) ranks them.
    pub(super) fn rank(&self, other: &Self) -> Ordering {
        let (one, two) = (self.place, other.place);
        let by_path = one.shape.cmp(&two.shape).then(one.version.is_none().cmp(&two.version.is_none()));
        let by_declaration = self.fit.cmp(&other.fit).then_with(|| one.route.rank(two.route));
        let names =
            |place: &Place<'_>| (place.member.age, place.member.service.clone(), place.route.name().clone());
        by_path.then(by_declaration).then_with(|| names(one).cmp(&names(two)))
    }

    /// The methods; `None` for any.
    pub(super) fn methods(&self) -> Option<BTreeSet<&'p str>> {
        match self.fit {
            Fit::Any => None,
            Fit::HeadOfGet => Some(BTreeSet::from(["HEAD"])),
            Fit::Declared => {
                Some(self.place.route.methods().iter().map(crate::method::Method::as_str).collect())
            }
        }
    }

    /// Whether there may be a request that both claim.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        let methods = match (self.methods(), other.methods()) {
            (Some(mine), Some(theirs)) => !mine.is_disjoint(&theirs),
            _ => true,
        };
        methods && agree(self.place.route.headers(), other.place.route.headers())
    }
}

/// Whether one request can pass both.
fn agree(one: &BTreeMap<HeaderName, Test>, two: &BTreeMap<HeaderName, Test>) -> bool {
    one.iter().all(|(name, test)| {
        let other = two.get(name);
        other.is_none_or(|other| (*test == Test::Absent) == (*other == Test::Absent))
    })
}
