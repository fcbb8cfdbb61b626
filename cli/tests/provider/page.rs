//! The page in a real browser, where there is one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::stage::{Provider, Stage};

/// What a label may hold that a page must not take for markup.
const HOSTILE: &str = "<img src=x onerror=document.title='taken'>";

fn hostile() -> (Stage, Provider) {
    let stage = Stage::new();
    stage.create("pets", "/pets/{id}", 2);
    let networks = stage.call("GET", "/networks", &Value::Null);
    let front = networks.as_array().unwrap().iter().find(|it| it["Name"] == "front").unwrap();
    let labels = json!({
        "smsvc.group": "other", "smsvc.port": "80", "smsvc.route.r.path": "/other",
        "smsvc.route.r.header.x-odd": HOSTILE, "smsvc.network": HOSTILE,
    });
    stage.call(
        "POST",
        "/services/create",
        &json!({
            "Name": "odd", "Labels": labels,
            "TaskTemplate": {"ContainerSpec": {"Image": "web:1"}, "Networks": [{"Target": front["Id"]}]},
        }),
    );
    let provider = stage.provider(&[]);
    provider.wait_servers("pets", Some(2));
    provider.wait_servers("odd", Some(0));
    (stage, provider)
}

#[test]
fn what_the_page_asks_for_has_networks_routes_and_problems() {
    let (_stage, provider) = hostile();
    let view = provider.get("/api/view");
    let headers = format!("{:?}", view.headers).to_lowercase();
    assert!(headers.contains("application/json") && headers.contains("nosniff"), "{headers}");
    let view = view.json().unwrap();
    assert!(view["problems"][0].as_str().unwrap().contains(HOSTILE), "{view}");
    assert!(view["routes"].to_string().contains("onerror"), "{view}");
    let front = view["networks"].as_array().unwrap().iter().find(|it| it["name"] == "front").unwrap();
    assert_eq!(front["blocks"][0]["cells"].as_array().unwrap().len(), 256);
    let page = provider.get("/");
    assert!(format!("{:?}", page.headers).contains("default-src 'none'"), "{:?}", page.headers);
}

/// The page as a browser has it once the script has run; `None` where there is no browser.
fn rendered(provider: &Provider, fragment: &str) -> Option<String> {
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        let asked = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }) else {
        let _note = writeln!(std::io::stderr(), "skipped: no chromium on PATH");
        return None;
    };
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{}/{fragment}", provider.address))
        .output()
        .unwrap();
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_browser_shows_labels_as_text() {
    let (_stage, provider) = hostile();
    let Some(page) = rendered(&provider, "") else { return };
    assert!(page.contains("<h3>front</h3>") && page.contains("/pets/{id}"), "the script has run: {page}");
    assert!(page.contains("&lt;img src=x onerror="), "{page}");
    assert!(!page.contains("<img"), "markup of a label: {page}");
    assert!(page.contains("<title>smsvc</title>"), "script of a label");
}

#[test]
fn the_address_of_the_page_has_the_request_that_it_decides() {
    let (_stage, provider) = hostile();
    for (request, verdict) in [
        ("#method=GET&url=/pets/7", "→ service pets"),
        ("#method=PUT&url=http://any.example/pets/7", "→ 405: no service gets the request"),
        ("#method=GET&url=/<b>none</b>", "class=\"problem\""),
    ] {
        let Some(page) = rendered(&provider, request) else { return };
        assert!(page.contains(verdict) && !page.contains("<b>"), "{request}: {page}");
    }
}
