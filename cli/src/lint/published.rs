//! Compiled labels: whether they are what was written, and what the group needs today.

use std::collections::BTreeSet;

use smsvc_core::traefik::labels::Inexpressible;

use super::Subject;
use crate::finding::Finding;
use crate::publish::{PublishError, Way, desired, group_of, is_as_compiled, way_of};

/// E204, E205 and W405.
pub(super) fn findings(subjects: &[Subject]) -> Vec<Finding> {
    let groups: BTreeSet<&str> = subjects.iter().filter_map(group_of).collect();
    let labelled = groups.into_iter().filter(|group| way_of(subjects, group) == Some(Way::Labels));
    labelled.flat_map(|group| of_group(subjects, group)).collect()
}

/// What there will be to find where services lose the labels that were compiled into them, those of their whole group
/// included: that, or why they cannot be compiled again.
pub(super) fn lost(subjects: &[Subject], services: &[&str]) -> Vec<Finding> {
    let losers = || subjects.iter().filter(|subject| services.contains(&subject.name.as_str()));
    let groups: BTreeSet<&str> = losers().filter_map(group_of).collect();
    // Of a group that keeps some, all is told anyhow.
    let whole = groups.into_iter().filter(|group| way_of(subjects, group) == Some(Way::Provider));
    let found = whole.flat_map(|group| match desired(subjects, group, Way::Labels) {
        Err(error) => refused(group, &error),
        Ok(_) => {
            losers().filter(|loser| group_of(loser) == Some(group)).map(|loser| told(loser, group)).collect()
        }
    });
    found.collect()
}

fn told(loser: &Subject, group: &str) -> Finding {
    let name = &loser.name;
    let text = format!(
        "service {name}: docker stack deploy takes away the traefik.* labels that were compiled into it, and a Traefik without the provider then has no routes of API group {group}"
    );
    Finding::warning("W405", text)
        .of_service(name)
        .with_hint(format!("after the deploy: docker smsvc sync {group} --publish-via labels"))
}

fn refused(group: &str, error: &PublishError) -> Vec<Finding> {
    let found = error.lines().into_iter().map(|line| {
        let text = line.split_once(": ").map_or(&*line, |(_, text)| text);
        let hint = format!("docker smsvc sync {group} --publish-via provider");
        Finding::error(error.code(), text).with_hint(hint)
    });
    match error {
        PublishError::Inexpressible { what, .. } => {
            found.zip(what).map(|(finding, what)| located(finding, what)).collect()
        }
        PublishError::Taken { service, label } => {
            found.map(|finding| finding.of_service(service).of_label(service, label)).collect()
        }
        PublishError::Meets { .. } => found.collect(),
        // What is wrong with the group itself has been found elsewhere.
        _ => Vec::new(),
    }
}

/// At the paths of both routes.
fn located(finding: Finding, what: &Inexpressible) -> Finding {
    [Some(&what.route), what.other.as_ref()].into_iter().flatten().fold(
        finding,
        |finding, (service, route)| {
            ["path", "prefix"].into_iter().fold(finding, |finding, field| {
                finding.of_label(service.as_str(), format!("smsvc.route.{route}.{field}"))
            })
        },
    )
}

fn of_group(subjects: &[Subject], group: &str) -> Vec<Finding> {
    let desired = match desired(subjects, group, Way::Labels) {
        Ok(desired) => desired,
        Err(error) => return refused(group, &error),
    };
    let members = subjects.iter().filter_map(|subject| Some((subject, desired.get(&subject.name)?)));
    let stale = members.filter(|(subject, labels)| subject.labels != **labels);
    let found = stale.map(|(subject, _)| {
        let text = if is_as_compiled(&subject.name, &subject.labels) {
            format!(
                "service {}: its traefik.* labels are not those that API group {group} needs today: Traefik answers by an older state of the group",
                subject.name
            )
        } else {
            format!(
                "service {}: its traefik.* labels are not those that smsvc.compiled says were written: somebody has changed them",
                subject.name
            )
        };
        Finding::warning("W405", text)
            .of_service(&subject.name)
            .with_hint(format!("docker smsvc sync {group}"))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Subject, codes, lint, subject};
    use crate::publish::{Way, desired};

    fn written(all: &[Subject]) -> Vec<Subject> {
        let desired = desired(all, "g", Way::Labels).unwrap();
        all.iter().map(|it| Subject { labels: desired[&it.name].clone(), ..it.clone() }).collect()
    }

    fn member(name: &str, path: &str) -> Subject {
        subject(name, &[("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.a.path", path)])
    }

    #[test]
    fn labels_that_are_up_to_date_give_no_finding() {
        assert_eq!(codes(&written(&[member("a", "/a"), member("b", "/b")])), [""; 0]);
    }

    #[test]
    fn a_member_that_came_or_went_by_another_way_makes_the_fallback_stale() {
        let mut all = written(&[member("a", "/a")]);
        all.push(member("b", "/b"));
        assert_eq!(codes(&all), ["W405", "W405"]);
        let left = &written(&[member("a", "/a"), member("b", "/b")])[..1];
        let found = lint(left);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].text.contains("older state") && found[0].hint.as_deref() == Some("docker smsvc sync g")
        );
    }

    #[test]
    fn labels_that_somebody_changed_are_told() {
        let mut all = written(&[member("a", "/a")]);
        all[0].labels.insert("traefik.http.routers.smsvc-a.priority".to_owned(), "1".to_owned());
        let found = lint(&all);
        assert!(found[0].code == "W405" && found[0].text.contains("somebody"), "{found:?}");
    }
}
