//! Merging: what several services declare becomes the API groups that Traefik serves.
//!
//! A group whose members contradict each other is left out as a whole, with its errors; the others are
//! served. `docker smsvc create` adds the declaration of the new service to those of the running ones, and
//! refuses to create it if a [`Conflict`] names it.

mod conflict;
mod declaration;
mod merger;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::name::{Name, ServiceName};
use crate::spec::Spec;

pub use conflict::{Claim, Conflict, Stated};
pub use declaration::{Declaration, Scheme};
pub use merger::{Merger, Outcome};

/// The groups that can be served, and those that cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// The groups without a conflict, by name; their services are in the order of their age.
    pub spec: Spec,
    /// The groups left out, by name.
    pub refused: Vec<Refusal>,
}

/// A group that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The group.
    pub group: Name,
    /// What is wrong; at least one.
    pub errors: Vec<Conflict>,
}

/// Merges the declarations of all services, in whatever order they come.
///
/// The names of the services are distinct, as Swarm guarantees. Where two groups claim the same requests, the
/// one whose claiming service is younger is left out, so that a newcomer never takes down a group that is not its own.
pub fn merge<D: Borrow<Declaration>>(declarations: &[D]) -> Merged {
    let declarations: Vec<Arc<Declaration>> =
        declarations.iter().map(|it| Arc::new(it.borrow().clone())).collect();
    let mut groups: BTreeMap<Name, Vec<Arc<Declaration>>> = BTreeMap::new();
    for declaration in &declarations {
        groups.entry(declaration.group.clone()).or_default().push(Arc::clone(declaration));
    }
    let mut merger = Merger::default();
    merger.merge(groups);
    everything(&merger, &declarations)
}

/// All that was merged of these declarations, each age the number of older services.
fn everything(merger: &Merger, declarations: &[Arc<Declaration>]) -> Merged {
    let mut all = Merged::default();
    for (name, outcome) in merger.outcomes() {
        match outcome {
            Outcome::Served(group) => all.spec.groups.push((**group).clone()),
            Outcome::Refused(errors) => {
                all.refused.push(Refusal { group: name.clone(), errors: errors.clone() });
            }
        }
    }
    let mut by_age: Vec<&Declaration> = declarations.iter().map(|it| &**it).collect();
    by_age.sort_by_key(|it| it.seniority());
    let ages: BTreeMap<&ServiceName, u64> = by_age.into_iter().map(|it| &it.service).zip(0..).collect();
    for member in all.spec.groups.iter_mut().flat_map(|group| &mut group.services) {
        member.age = ages.get(&member.service).copied().unwrap_or_default();
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::labels;

    /// `service`, `created`, and labels as `key=value` words without `smsvc.`.
    fn declaration(service: &str, created: &str, words: &str) -> Declaration {
        let pairs = words.split_whitespace().map(|word| word.split_once('=').unwrap());
        let labels = pairs.map(|(key, value)| (format!("smsvc.{key}"), value.to_owned())).collect();
        let created =
            if created.len() == 1 { format!("2026-01-01T00:00:0{created}Z") } else { created.into() };
        labels::parse(service, &created, &labels).unwrap().unwrap()
    }

    fn codes(merged: &Merged) -> Vec<(&str, Vec<&str>, Vec<&str>)> {
        let refused = merged.refused.iter();
        refused
            .map(|it| {
                let services: BTreeSet<&str> =
                    it.errors.iter().flat_map(Conflict::services).map(ServiceName::as_str).collect();
                let services = services.into_iter().collect();
                (it.group.as_str(), services, it.errors.iter().map(Conflict::code).collect())
            })
            .collect()
    }

    #[test]
    fn a_group_that_clashes_only_with_a_group_that_is_left_out_is_served() {
        let merged = merge(&[
            declaration("a", "2026-01-01T00:00:00Z", "group=x route.r.path=/r1"),
            declaration("b", "2026-01-02T00:00:00Z", "group=z route.r.path=/r1"),
            declaration("c", "2026-01-03T00:00:00Z", "group=y route.r.path=/r2"),
            declaration("d", "2026-01-04T00:00:00Z", "group=x route.r.path=/r2"),
        ]);
        let served: Vec<&str> = merged.spec.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(served, ["y", "z"]);
        assert_eq!(codes(&merged), [("x", vec!["c", "d"], vec!["E207"])]);
    }

    #[test]
    fn members_say_the_same_or_nothing() {
        let merged = merge(&[
            declaration("b", "2026-01-02T00:00:00Z", "group=g route.r.path=/b"),
            declaration(
                "a",
                "2026-01-01T00:00:00Z",
                "group=g host=h.example,i.example base=/v1 route.r.path=/a",
            ),
            declaration("c", "2026-01-03T00:00:00Z", "group=g host=i.example,h.example base=/v1/"),
        ]);
        assert_eq!(merged.refused, []);
        let [group] = &merged.spec.groups[..] else { panic!("one group") };
        assert_eq!((group.hosts.len(), group.base.to_string()), (2, "/v1".into()));
        let ages: Vec<_> =
            group.services.iter().map(|member| (member.service.as_str(), member.age)).collect();
        assert_eq!(ages, [("a", 0), ("b", 1), ("c", 2)]);
    }

    #[test]
    fn members_that_say_different_things_take_their_group_out_and_no_other() {
        let merged = merge(&[
            declaration("a", "1", "group=g host=h.example base=/v1"),
            declaration("b", "2", "group=g host=i.example base=/v2"),
            declaration("c", "3", "group=g host=h.example"),
            declaration("d", "4", "group=other route.r.path=/x"),
        ]);
        assert_eq!(codes(&merged), [("g", vec!["a", "b"], vec!["E201", "E201"])]);
        assert_eq!(merged.spec.groups[0].name.as_str(), "other");
        let text = merged.refused[0].errors[0].to_string();
        for part in ["smsvc.host", "a ", "h.example", "b ", "i.example"] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }

    #[test]
    fn settings_are_stated_by_any_member_once_and_by_all_alike() {
        let merged = merge(&[
            declaration("a", "1", "group=g slash=ignore version.default=2"),
            declaration(
                "b",
                "2",
                "group=g slash=ignore version.by=header route.r.path=/r route.r.version=1-2",
            ),
        ]);
        assert_eq!(codes(&merged), []);
        let settings = &merged.spec.groups[0].settings;
        assert_eq!(settings.versioning().and_then(crate::version::Versioning::default), Some(2));
        let merged = merge(&[
            declaration("a", "1", "group=g slash=ignore"),
            declaration("b", "2", "group=g slash=strict"),
        ]);
        assert_eq!(codes(&merged), [("g", vec!["a", "b"], vec!["E201"])]);
    }

    #[test]
    fn settings_that_do_not_go_together_take_their_group_out() {
        let merged = merge(&[
            declaration("a", "1", "group=g version.default=2"),
            declaration("b", "2", "group=h route.r.path=/r route.r.version=1"),
            declaration("c", "3", "group=i owner=true"),
            declaration("d", "4", "group=i owner=true"),
        ]);
        assert_eq!(
            codes(&merged),
            [
                ("g", vec!["a"], vec!["E208"]),
                ("h", vec!["b"], vec!["E208"]),
                ("i", vec!["c", "d"], vec!["E203"])
            ]
        );
    }

    #[test]
    fn a_route_that_needs_a_token_takes_its_group_out_unless_a_member_has_the_keys() {
        let guarded = declaration("a", "1", "group=g route.r.path=/r route.r.auth=jwt");
        let merged = merge(std::slice::from_ref(&guarded));
        assert_eq!(codes(&merged), [("g", vec!["a"], vec!["E208"])]);
        assert!(merged.refused[0].errors[0].to_string().contains("smsvc.route.r.auth"));
        let keys = declaration("b", "2", "group=g auth.secret-file=/run/secrets/jwt auth.claims.X-User=sub");
        let merged = merge(&[guarded, keys]);
        assert_eq!(codes(&merged), []);
        let authority = merged.spec.groups[0].settings.authority().unwrap();
        assert_eq!(authority.secret_file(), Some("/run/secrets/jwt"));
        assert_eq!(authority.headers().len(), 1);
    }

    #[test]
    fn keys_that_differ_are_not_repeated() {
        let keys = |secret: &str| format!(r#"group=g auth.keys={{"kty":"oct","k":"{}"}}"#, secret.repeat(11));
        let merged = merge(&[declaration("a", "1", &keys("aaaa")), declaration("b", "2", &keys("bbbb"))]);
        assert_eq!(codes(&merged), [("g", vec!["a", "b"], vec!["E201"])]);
        let text = merged.refused[0].errors[0].to_string();
        assert!(
            text.contains("smsvc.auth.keys") && !text.contains("aaaa") && !text.contains("bbbb"),
            "{text}"
        );
    }

    #[test]
    fn versions_and_types_that_overlap_are_the_same_match_and_others_are_not() {
        let both = |one: &str, two: &str| {
            let service = |name, fields: &str| {
                let fields = fields.split_whitespace().map(|field| format!("route.r.{field}"));
                let fields: Vec<String> = fields.collect();
                declaration(
                    name,
                    name,
                    &format!("group=g version.by=header route.r.path=/r {}", fields.join(" ")),
                )
            };
            let merged = merge(&[service("a", one), service("b", two)]);
            merged.refused.iter().flat_map(|refusal| &refusal.errors).map(Conflict::code).collect::<Vec<_>>()
        };
        for (one, two) in [
            ("version=1-2", "version=2-3"),
            ("consumes=a/b", "consumes=a/*"),
            ("produces=a/b,c/d", "produces=c/d"),
            ("version=1 consumes=a/b", "version=1 consumes=a/b,a/c"),
        ] {
            assert_eq!(both(one, two), ["E202"], "{one} and {two}");
        }
        for (one, two) in [
            ("version=1", "version=2"),
            ("version=1", ""),
            ("consumes=a/b", ""),
            ("consumes=a/b", "consumes=a/c"),
            ("produces=a/b", "produces=a/c"),
        ] {
            assert!(both(one, two).is_empty(), "{one} and {two}");
        }
    }

    #[test]
    fn a_version_in_the_path_makes_the_path() {
        let versioned = declaration("a", "1", "group=g version.by=path route.r.path=/r route.r.version=1-2");
        let plain = declaration("b", "2", "group=g route.r.path=/v2/r");
        assert_eq!(codes(&merge(&[versioned, plain])), [("g", vec!["a", "b"], vec!["E202"])]);
    }

    #[test]
    fn no_base_is_a_statement_and_silence_is_not() {
        let merged =
            merge(&[declaration("a", "1", "group=g base=/"), declaration("b", "2", "group=g base=/v2")]);
        assert_eq!(codes(&merged), [("g", vec!["a", "b"], vec!["E201"])]);
    }

    #[test]
    fn the_same_match_in_two_services_is_refused_whatever_its_parameters_are_called() {
        let merged = merge(&[
            declaration("a", "1", "group=g route.one.path=/pets/{id} route.one.methods=GET,PUT"),
            declaration("b", "2", "group=g route.two.path=/pets/{pet} route.two.methods=GET"),
        ]);
        assert_eq!(codes(&merged), [("g", vec!["a", "b"], vec!["E202"])]);
        let text = merged.refused[0].errors[0].to_string();
        for part in ["smsvc.route.one.path", "smsvc.route.two.path", "/pets/{id}", "/pets/{pet}"] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
    }

    #[test]
    fn the_same_match_twice_in_a_service_is_refused() {
        let merged = merge(&[declaration("a", "1", "group=g route.x.path=/p route.y.path=/p")]);
        assert_eq!(codes(&merged), [("g", vec!["a"], vec!["E206"])]);
    }

    #[test]
    fn what_precedence_tells_apart_is_no_conflict() {
        let others = [
            "route.r.path=/p/{x} route.r.methods=POST",
            "route.r.path=/p/{x}",
            "route.r.path=/p/{x} route.r.methods=HEAD",
            "route.r.path=/p/{x} route.r.methods=GET route.r.param.x=int",
            "route.r.path=/p/{x} route.r.methods=GET route.r.header.A=1",
            "route.r.path=/p/{x} route.r.methods=GET route.r.query.a=1",
            "route.r.path=/p/{x}/ route.r.methods=GET",
            "route.r.path=/p/{x*} route.r.methods=GET",
            "route.r.prefix=/p/{x} route.r.methods=GET",
        ];
        for other in others {
            let merged = merge(&[
                declaration("a", "1", "group=g route.r.path=/p/{x} route.r.methods=GET"),
                declaration("b", "2", &format!("group=g {other}")),
            ]);
            assert_eq!(codes(&merged), [], "{other}");
        }
    }

    #[test]
    fn of_two_groups_that_claim_the_same_the_younger_claim_is_left_out() {
        let merged = merge(&[
            declaration("new", "2026-02-01T00:00:00Z", "group=a host=h.example route.r.path=/v1/p"),
            declaration(
                "old",
                "2026-01-01T00:00:00Z",
                "group=z host=h.example,i.example base=/v1 route.r.path=/p",
            ),
        ]);
        assert_eq!(codes(&merged), [("a", vec!["new", "old"], vec!["E207"])]);
        assert_eq!(merged.spec.groups[0].name.as_str(), "z");
    }

    #[test]
    fn a_group_that_is_left_out_claims_nothing() {
        let merged = merge(&[
            declaration("a", "1", "group=a route.r.path=/x"),
            declaration("b", "2", "group=b route.r.path=/x route.s.path=/y"),
            declaration("c", "3", "group=c route.r.path=/y"),
        ]);
        assert_eq!(codes(&merged), [("b", vec!["a", "b"], vec!["E207"])]);
        assert_eq!(merged.spec.groups.len(), 2);
    }

    #[test]
    fn a_claim_is_held_against_all_that_stand_and_not_only_the_oldest() {
        let merged = merge(&[
            declaration("a", "1", "group=a route.y.path=/y"),
            declaration("b", "2", "group=b route.x.path=/x route.y.path=/y"),
            declaration("c", "3", "group=c route.x.path=/x"),
            declaration("d", "4", "group=d route.x.path=/x"),
        ]);
        let expected = [("b", vec!["a", "b"], vec!["E207"]), ("d", vec!["c", "d"], vec!["E207"])];
        assert_eq!(codes(&merged), expected);
    }

    #[test]
    fn groups_on_different_hosts_do_not_meet() {
        let merged = merge(&[
            declaration("a", "1", "group=a host=a.example route.r.path=/x"),
            declaration("b", "2", "group=b host=*.example route.r.path=/x"),
            declaration("c", "3", "group=c route.r.path=/x"),
        ]);
        assert_eq!(codes(&merged), []);
    }

    #[test]
    fn age_is_compared_as_time_and_what_is_not_created_yet_is_the_youngest() {
        let merged = merge(&[
            declaration("new", "", "group=g"),
            declaration("c", "2026-01-01T00:00:00.25Z", "group=g"),
            declaration("b", "2026-01-01T00:00:00.1Z", "group=g"),
            declaration("a", "2026-01-01T00:00:00Z", "group=g"),
            declaration("d", "2026-01-01T00:00:00.25Z", "group=g"),
        ]);
        let services: Vec<_> =
            merged.spec.groups[0].services.iter().map(|member| member.service.as_str()).collect();
        assert_eq!(services, ["a", "b", "c", "d", "new"]);
    }

    #[test]
    fn the_order_of_the_declarations_does_not_count() {
        let mut declarations = vec![
            declaration("a", "1", "group=a route.r.path=/x"),
            declaration("b", "2", "group=b route.r.path=/x"),
            declaration("c", "3", "group=c host=x.example"),
            declaration("d", "4", "group=c host=y.example"),
        ];
        let merged = merge(&declarations);
        declarations.reverse();
        assert_eq!(merge(&declarations), merged);
    }
}
