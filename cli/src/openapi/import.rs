//! From a description to routes.

use std::collections::{BTreeMap, BTreeSet};

use smsvc_core::host::HostPattern;
use smsvc_core::labels::{self, PREFIX};
use smsvc_core::merge::{Conflict, merge};
use smsvc_core::name::Name;
use smsvc_core::path::BasePath;
use smsvc_core::problem::Problem;
use smsvc_core::route::Route;

use super::document::Document;
use super::draft::{Draft, drafts};
use super::operation::operations;
use super::remark::{self, Remark, Unmapped};
use super::select::{Selection, SelectionError};
use super::server::{self, Servers};

/// How a description is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Which operations become routes.
    pub selection: Selection,
    /// Where the base path comes from.
    pub prefix: PrefixFrom,
    /// Whether the hosts of the servers become those of the group. They are mostly those of a provider's own site,
    /// so that this has to be asked for.
    pub hosts: bool,
    /// Since when operations are deprecated that do not say it themselves, as `2026-01-31`.
    pub deprecated_since: Option<String>,
    /// Whether the first thing that cannot be mapped refuses the whole document.
    pub strict: bool,
    /// Names that routes may not have, because others have them.
    pub taken: BTreeSet<Name>,
}

/// Where the base path of the group comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PrefixFrom {
    /// From the servers, or Swagger's `basePath`.
    #[default]
    Servers,
    /// From elsewhere: the paths of the description are complete, or the user says it.
    Nowhere,
}

/// What a description says of routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its title.
    pub title: Option<String>,
    /// The base path, where it comes from the servers and they have one.
    pub base: Option<BasePath>,
    /// The hosts, where they come from the servers.
    pub hosts: Vec<HostPattern>,
    /// How many operations were selected.
    pub operations: usize,
    /// The routes, in the order of their paths.
    pub routes: Vec<Imported>,
    /// What could not be mapped, in the order of the document.
    pub remarks: Vec<Remark>,
}

/// A route, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The operation, as `GET /pets/{petId}`.
    pub operation: String,
    /// The route.
    pub route: Route,
}

impl Import {
    /// The labels of the routes alone: neither group nor base path.
    pub fn route_labels(&self) -> BTreeMap<String, String> {
        route_labels(&self.routes)
    }
}

fn route_labels(routes: &[Imported]) -> BTreeMap<String, String> {
    let of_route = |route: &Route| {
        let name = route.name().clone();
        route.fields().into_iter().map(move |(field, value)| (format!("{PREFIX}route.{name}.{field}"), value))
    };
    routes.iter().flat_map(|imported| of_route(&imported.route)).collect()
}

/// Maps the selected operations. Nothing in the document is too odd for it.
pub fn import(document: &Document, options: &ImportOptions) -> Result<Import, SelectionError> {
    let (found, mut remarks) = operations(document);
    if !options.selection.is_all() {
        // What is wrong with paths that nobody asked for is nobody's concern.
        remarks.clear();
    }
    let selected = options.selection.apply(found)?;
    let servers = match options.prefix {
        PrefixFrom::Servers => server::of_document(document),
        PrefixFrom::Nowhere => Servers::default(),
    };
    let hosts = match (options.hosts, options.prefix) {
        (false, _) => Vec::new(),
        (true, PrefixFrom::Servers) => servers.hosts.clone(),
        (true, PrefixFrom::Nowhere) => server::of_document(document).hosts,
    };
    let count = selected.len();
    remarks.extend(servers.remarks.iter().cloned());
    let shared = servers.base.clone().unwrap_or_default();
    let drafts = drafts(document, &selected, options, &shared, &mut remarks);
    let mut routes = Vec::new();
    let mut taken = options.taken.clone();
    for draft in drafts {
        let name = unique(draft.name(), &taken);
        match route(&draft, &name, &mut remarks) {
            Ok(route) => {
                taken.insert(name);
                routes.push(Imported { operation: draft.place, route });
            }
            Err(errors) => {
                remarks.extend(errors.into_iter().map(|error| Remark::left_out(&draft.place, error)));
            }
        }
    }
    remarks.extend(without_doubles(&mut routes));
    remark::tell_once(&mut remarks);
    let title = document.title().map(str::to_owned);
    Ok(Import { title, base: servers.base, hosts, operations: count, routes, remarks })
}

/// The name itself, or with a number where it is taken.
fn unique(name: Name, taken: &BTreeSet<Name>) -> Name {
    let mut candidates = std::iter::once(name.clone()).chain((2..).map(|number| name.numbered(number)));
    candidates.find(|name| !taken.contains(name)).unwrap_or(name)
}

/// Makes a route of a draft. What was derived and does not fit is left out of it; what the document states for us, and
/// path and methods, must fit.
fn route(draft: &Draft, name: &Name, remarks: &mut Vec<Remark>) -> Result<Route, Vec<Unmapped>> {
    let mut fields: Vec<_> = draft.fields.iter().collect();
    loop {
        let texts = fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let errors = match Route::from_fields(name.clone(), texts) {
            Ok(route) => return Ok(route),
            Err(errors) => errors,
        };
        let unmapped = |field: String, problem: Problem| Unmapped::Field { field, problem };
        let before = fields.len();
        fields.retain(|field| !field.derived || errors.iter().all(|error| error.field != field.name));
        let (dropped, fatal): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .partition(|error| draft.fields.iter().any(|field| field.derived && field.name == error.field));
        if !fatal.is_empty() || fields.len() == before {
            let all = fatal.into_iter().chain(dropped);
            return Err(all.map(|error| unmapped(error.field, error.problem)).collect());
        }
        remarks.extend(
            dropped.into_iter().map(|it| Remark::partly(&draft.place, unmapped(it.field, it.problem))),
        );
    }
}

/// Removes routes that take the same requests as an earlier one, by the rule that judges services.
fn without_doubles(routes: &mut Vec<Imported>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    loop {
        let mut all = route_labels(routes);
        all.insert(labels::GROUP.to_owned(), "import".to_owned());
        let declaration = labels::parse("import", "", &all).ok().flatten();
        let refused = declaration.map(|it| merge(&[it]).refused).unwrap_or_default();
        let mut doubles: BTreeMap<Name, Name> = BTreeMap::new();
        for conflict in refused.into_iter().flat_map(|refusal| refusal.errors) {
            if let Conflict::SameMatch { first, second } = conflict {
                doubles.insert(second.route, first.route);
            }
        }
        if doubles.is_empty() {
            return remarks;
        }
        let place =
            |name: &Name| routes.iter().find(|it| it.route.name() == name).map(|it| it.operation.clone());
        for (second, first) in &doubles {
            let (Some(second), Some(first)) = (place(second), place(first)) else { continue };
            remarks.push(Remark::left_out(&second, Unmapped::SameRequests(first)));
        }
        routes.retain(|imported| !doubles.contains_key(imported.route.name()));
    }
}
