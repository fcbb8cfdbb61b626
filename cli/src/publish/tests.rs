use super::*;
use crate::lint::subject;

fn member(name: &str, created: &str, words: &str) -> Subject {
    let pairs = words.split_whitespace().map(|word| word.split_once('=').unwrap());
    let labels: Vec<(String, String)> =
        pairs.map(|(key, value)| (format!("smsvc.{key}"), value.to_owned())).collect();
    let labels: Vec<(&str, &str)> =
        labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    Subject { created: created.to_owned(), ..subject(name, &labels) }
}

fn petstore() -> Vec<Subject> {
    vec![
        member(
            "pets",
            "2026-01-01T00:00:00Z",
            "group=petstore host=a.example base=/v2 port=80 route.pet.path=/pets/{id}",
        ),
        member(
            "mine",
            "2026-01-02T00:00:00Z",
            "group=petstore port=81 route.mine.path=/pets/mine route.mine.methods=GET",
        ),
    ]
}

/// The subjects with the labels that they should have.
fn written(subjects: &[Subject], group: &str) -> Vec<Subject> {
    let desired = desired(subjects, group, Way::Labels).unwrap();
    let labelled = |subject: &Subject| Subject {
        labels: desired.get(&subject.name).unwrap_or(&subject.labels).clone(),
        ..subject.clone()
    };
    subjects.iter().map(labelled).collect()
}

#[test]
fn a_service_that_is_in_the_way_of_another_goes_before_it() {
    let all = written(&petstore(), "petstore");
    let label = |at: usize, key: &str| all[at].labels[key].clone();
    assert_eq!(
        label(0, "traefik.http.routers.smsvc-pets.rule"),
        "Host(`a.example`) && PathRegexp(`^/v2/pets/[^/]+$`)"
    );
    assert_eq!(
        label(1, "traefik.http.routers.smsvc-mine.rule"),
        "Host(`a.example`) && (Method(`GET`) || Method(`HEAD`)) && PathRegexp(`^/v2/pets/mine$`)"
    );
    let priority = |at: usize, router: &str| -> u32 {
        label(at, &format!("traefik.http.routers.{router}.priority")).parse().unwrap()
    };
    let fallback = priority(0, "smsvc-pets~fallback");
    assert_eq!((priority(0, "smsvc-pets"), priority(1, "smsvc-mine")), (fallback + 1, fallback + 2));
    assert_eq!(label(0, "traefik.http.routers.smsvc-pets~fallback.service"), "noop@internal");
    assert_eq!(label(0, "traefik.swarm.network"), "front");
    assert_eq!(label(1, "traefik.http.services.smsvc-mine.loadbalancer.server.port"), "81");
    assert!(all[1].labels.keys().all(|key| !key.contains("fallback")));
}

#[test]
fn compiling_again_changes_nothing_and_stripping_gives_back_what_was_there() {
    let mut before = petstore();
    before[0].labels.insert("com.example.team".to_owned(), "x".to_owned());
    let once = written(&before, "petstore");
    assert_eq!(written(&once, "petstore"), once);
    assert!(once.iter().all(|it| is_as_compiled(&it.name, &it.labels)));
    for (before, after) in before.iter().zip(&once) {
        assert_eq!(stripped(&after.name, &after.labels), before.labels);
    }
    assert_eq!(way_of(&once, "petstore"), Some(Way::Labels));
    assert_eq!(way_of(&before, "petstore"), Some(Way::Provider));
    assert_eq!(way_of(&before, "other"), None);
}

#[test]
fn labels_of_others_stay_with_what_they_need() {
    let mut one = written(&petstore(), "petstore").remove(0);
    one.labels.insert("traefik.http.routers.shop.rule".to_owned(), "Path(`/x`)".to_owned());
    one.labels.insert("traefik.http.routers.smsvc-petshop.rule".to_owned(), "Path(`/y`)".to_owned());
    let left = stripped(&one.name, &one.labels);
    let traefik: Vec<&str> =
        left.keys().map(String::as_str).filter(|key| key.starts_with("traefik.")).collect();
    assert_eq!(
        traefik,
        [
            "traefik.enable",
            "traefik.http.routers.shop.rule",
            "traefik.http.routers.smsvc-petshop.rule",
            "traefik.swarm.network"
        ]
    );
}

#[test]
fn a_change_by_hand_is_seen() {
    let mut one = written(&petstore(), "petstore").remove(0);
    one.labels.insert("traefik.http.routers.smsvc-pets.priority".to_owned(), "9".to_owned());
    assert!(!is_as_compiled(&one.name, &one.labels));
}

#[test]
fn a_label_of_somebody_else_is_not_written_over() {
    for (label, value) in [("traefik.http.routers.smsvc-pets.rule", "x"), ("traefik.enable", "false")] {
        let mut all = petstore();
        all[0].labels.insert(label.to_owned(), value.to_owned());
        let error = desired(&all, "petstore", Way::Labels).unwrap_err();
        assert_eq!((error.code(), error.lines()[0].contains(label)), ("E204", true), "{error:?}");
        assert_eq!(desired(&all, "petstore", Way::Provider).unwrap()["pets"], all[0].labels);
    }
}

#[test]
fn the_owner_is_who_says_so_else_the_oldest() {
    let has_fallback = |subject: &Subject| subject.labels.keys().any(|key| key.contains("~fallback"));
    let mut all = petstore();
    assert!(has_fallback(&written(&all, "petstore")[0]));
    all[1].labels.insert("smsvc.owner".to_owned(), "true".to_owned());
    let all = written(&all, "petstore");
    assert!(!has_fallback(&all[0]) && has_fallback(&all[1]));
}

#[test]
fn what_labels_cannot_say_is_refused_with_both_routes() {
    let all = [
        member("json", "1", "group=g port=80 route.a.path=/a route.a.produces=application/json"),
        member("html", "2", "group=g port=80 route.b.path=/a route.b.produces=text/html"),
    ];
    let error = desired(&all, "g", Way::Labels).unwrap_err();
    assert_eq!(error.code(), "E205");
    assert_eq!(
        error.lines()[0],
        "E205: service html (smsvc.route.b) has consumes or produces, and service json (smsvc.route.a) takes some of its paths: no rule in a label of Traefik tells these apart"
    );
    assert_eq!(desired(&all[..1], "g", Way::Labels).map(|it| it.len()), Ok(1), "alone it can be said");
}

#[test]
fn two_groups_with_one_host_and_base_need_the_provider() {
    let mut all = petstore();
    all.push(member("shop", "3", "group=shop host=*.example base=/v2/shop port=80 route.s.path=/s"));
    all = written(&all, "petstore");
    let error = desired(&all, "shop", Way::Labels).unwrap_err();
    assert_eq!(error, PublishError::Meets { group: "shop".to_owned(), other: "petstore".to_owned() });
    all[2].labels.insert("smsvc.base".to_owned(), "/v3".to_owned());
    assert!(desired(&all, "shop", Way::Labels).is_ok());
}

#[test]
fn a_group_goes_one_way() {
    let provider = petstore();
    let labels = written(&provider, "petstore");
    let ask = |asked, others: &[Subject]| decide(asked, "petstore", others, || Way::Provider);
    assert_eq!(ask(PublishVia::Auto, &labels), Ok(Way::Labels));
    assert_eq!(ask(PublishVia::Auto, &[]), Ok(Way::Provider));
    assert_eq!(ask(PublishVia::Only(Way::Labels), &[]), Ok(Way::Labels));
    let error = ask(PublishVia::Only(Way::Labels), &provider).unwrap_err();
    assert_eq!(error.code(), "E209");
    assert!(error.hint().unwrap().ends_with("docker smsvc sync petstore --publish-via labels"));
}

#[test]
fn the_provider_needs_no_labels() {
    let all = written(&petstore(), "petstore");
    let plain: Vec<_> = petstore().into_iter().map(|it| (it.name, it.labels)).collect();
    assert_eq!(
        desired(&all, "petstore", Way::Provider).unwrap().into_iter().collect::<BTreeMap<_, _>>(),
        plain.into_iter().collect()
    );
}
