//! Who may read what.

use std::fs;

use smsvc_tests::http::Request;

use crate::stage::{Provider, Stage};

const SECRET: &str = "a-secret-of-the-tests";

fn status(provider: &Provider, path: &str, authorization: Option<&str>) -> u16 {
    let mut request = Request::new("GET", "provider", path);
    if let Some(value) = authorization {
        request = request.with("Authorization", value);
    }
    request.send(provider.address).unwrap().status
}

#[test]
fn who_does_not_know_the_secret_learns_nothing_but_the_health() {
    let stage = Stage::new();
    stage.create("pets", "/pets", 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let provider = stage.provider(&["--secret-file", file.to_str().unwrap()]);
    let bearer = format!("Bearer {SECRET}");
    for path in
        ["/", "/page.js", "/page.css", "/traefik", "/metrics", "/api/state", "/api/view", "/api/decide?url=/"]
    {
        assert_eq!(status(&provider, path, None), 401, "{path}");
        assert_eq!(status(&provider, path, Some("Bearer another-secret-of-tests")), 401, "{path}");
        assert_ne!(status(&provider, path, Some(&bearer)), 401, "{path}");
    }
    let health = provider.get("/healthz").text();
    assert!(!health.contains("pets") && !health.contains("tcp:"), "{health}");
}

#[test]
fn a_request_is_decided_as_traefik_would_decide_it() {
    let stage = Stage::new();
    stage.create("pets", "/pets/{id}", 1);
    let provider = stage.provider(&[]);
    provider.wait_servers("pets", Some(1));
    let decide = |query: &str| provider.get(&format!("/api/decide?{query}")).json().unwrap();
    assert_eq!(decide("url=/pets/7")["forward"]["service"], "pets");
    assert_eq!(decide("method=DELETE&url=/pets/7")["answer"]["status"], 405);
    assert_eq!(decide("url=/other&header=Accept:%20text/html")["answer"]["status"], 404);
    assert_eq!(decide("url=/a%00")["answer"]["status"], 400);
    for (wrong, word) in
        [("", "url is missing"), ("url=/&x=1", "none of"), ("url=/&header=nonsense", "header")]
    {
        let answer = provider.get(&format!("/api/decide?{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.text().contains(word), "{}", answer.text());
    }
}
