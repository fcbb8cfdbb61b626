//! Routes that ask for a token, through Traefik: who is let in, and what services are told of who asks.
//!
//! The tokens are made here, with the owner's keys; the middleware has the public ones, or the file with the secret.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use smsvc_tests::backend::Seen;
use smsvc_tests::http::{Request, Response};
use smsvc_tests::traefik::{SECRET, SECRET_FILE};

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "a_route_lets_in_who_has_a_token_with_its_permission_and_nobody_else",
        a_route_lets_in_who_has_a_token_with_its_permission_and_nobody_else,
    ),
    ("what_a_token_says_reaches_the_service_and_no_client_can_say_it", no_client_can_say_it),
    ("the_secret_of_tokens_is_read_from_a_file_of_traefik", the_secret_is_read_from_a_file),
];

/// The owner of a key of Ed25519.
fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// The public key of the issuer, as `smsvc.auth.keys` has it.
pub(crate) fn keys() -> String {
    let x = URL_SAFE_NO_PAD.encode(issuer().verifying_key().as_bytes());
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": x}]}).to_string()
}

fn token(algorithm: &str, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": algorithm, "typ": "JWT"})), part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token that the issuer has signed.
pub(crate) fn issued(claims: &Value) -> String {
    token("EdDSA", claims, |signed| issuer().sign(signed).to_bytes().to_vec())
}

/// A token with a shared secret.
pub(crate) fn shared(claims: &Value, secret: &[u8]) -> String {
    token("HS256", claims, |signed| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length will do");
        mac.update(signed);
        mac.finalize().into_bytes().to_vec()
    })
}

/// So many seconds from now.
pub(crate) fn in_seconds(seconds: i64) -> Result<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(i64::try_from(now)? + seconds)
}

/// What the service saw of a header.
fn arrived(response: &Response, name: &str) -> Result<Vec<String>> {
    let lines: Vec<(String, String)> = serde_json::from_value(response.json()?["headers"].take())?;
    let named = lines.into_iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    Ok(named.map(|(_, value)| value).collect())
}

pub(crate) fn with_token(request: &Request, token: &str) -> Request {
    request.clone().with("Authorization", &format!("Bearer {token}"))
}

fn a_route_lets_in_who_has_a_token_with_its_permission_and_nobody_else(world: &World) -> Result<()> {
    let ground = world.ground("guarded");
    let (host, keys) = (ground.host(), format!("auth.keys={}", keys()));
    ground.publish_with(
        "pets",
        "guarded",
        &[&keys, "auth.issuer=https://login.example"],
        &["GET /pets", "DELETE /pets auth=jwt auth.permissions=admin,keeper"],
    )?;
    let (open, guarded) = (Request::new("GET", &host, "/pets"), Request::new("DELETE", &host, "/pets"));
    world.send_until(&open, 200)?;

    let claims = json!({"iss": "https://login.example", "exp": in_seconds(60)?, "permissions": ["keeper"]});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        issued(&claims)
    };
    let good = issued(&claims);
    let answer = world.send(&with_token(&guarded, &good))?;
    ensure!(Seen::of(&answer).is_some(), "{} {}", answer.status, answer.text());

    let challenge = "Bearer realm=\"guarded\"";
    let invalid = format!("{challenge}, error=\"invalid_token\"");
    for (what, request, status, says) in [
        ("no token", guarded.clone(), 401, challenge),
        ("another scheme", guarded.clone().with("Authorization", "Basic YTpi"), 401, challenge),
        ("an old token", with_token(&guarded, &with("exp", json!(in_seconds(-60)?))), 401, &invalid),
        ("a token for later", with_token(&guarded, &with("nbf", json!(in_seconds(600)?))), 401, &invalid),
        ("another issuer", with_token(&guarded, &with("iss", json!("https://evil.example"))), 401, &invalid),
        ("a token for others", with_token(&guarded, &with("aud", json!("shop"))), 401, &invalid),
        (
            "the public key as a secret",
            with_token(&guarded, &shared(&claims, issuer().verifying_key().as_bytes())),
            401,
            &invalid,
        ),
        ("no signature", with_token(&guarded, &token("none", &claims, |_| Vec::new())), 401, &invalid),
        (
            "a token that is too long",
            with_token(&guarded, &with("x", json!("x".repeat(20_000)))),
            401,
            &invalid,
        ),
        ("another permission", with_token(&guarded, &with("permissions", json!(["guest"]))), 403, challenge),
        ("two tokens", with_token(&with_token(&guarded, &good), &good), 400, challenge),
        (
            "a token and a password",
            with_token(&guarded, &good).with("authorization", "Basic YTpi"),
            400,
            challenge,
        ),
    ] {
        let answer = world.send(&request)?;
        ensure!(
            answer.status == status && Seen::of(&answer).is_none(),
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
        let told = answer.header("WWW-Authenticate").with_context(|| format!("{what}: no challenge"))?;
        ensure!(told.starts_with(says), "{what}: {told}");
        ensure!(answer.header("Content-Type") == Some("application/problem+json"), "{what}");
        ensure!(answer.json()?["status"] == status, "{what}: {}", answer.text());
    }
    // The instances that have refused are those that let in.
    for _ in 0..20 {
        ensure!(Seen::of(&world.send(&with_token(&guarded, &good))?).is_some(), "let in again");
        ensure!(world.send(&open)?.status == 200 && world.send(&guarded)?.status == 401);
    }

    let url = format!("http://{host}/pets");
    let header = format!("Authorization: Bearer {good}");
    let later = in_seconds(3600)?.to_string();
    let test = ["smsvc", "routes", "test", "DELETE", &url, "--format", "json", "--header", &header];
    let now = world.docker().json(&test)?;
    ensure!(now["forward"]["route"] == "delete-pets", "{now}");
    let then = world.docker().json(&[&test[..], &["--at", &later]].concat())?;
    ensure!(then["answer"]["status"] == 401, "{then}");
    Ok(())
}

fn no_client_can_say_it(world: &World) -> Result<()> {
    let ground = world.ground("claims");
    let (host, keys) = (ground.host(), format!("auth.keys={}", keys()));
    ground.publish_with(
        "pets",
        "claims",
        &[&keys, "auth.claims.X-User=sub"],
        &["GET /open", "GET /guarded auth=jwt"],
    )?;
    let (open, guarded) = (Request::new("GET", &host, "/open"), Request::new("GET", &host, "/guarded"));
    world.send_until(&open, 200)?;
    let good = issued(&json!({"sub": "alice", "exp": in_seconds(60)?}));
    let nameless = issued(&json!({"exp": in_seconds(60)?}));
    let forged = |request: &Request| {
        let names = ["X-User", "x-user", "X_User", "x_uSER", "X.User", "X-User"];
        names.into_iter().fold(request.clone(), |request, name| request.with(name, "root"))
    };
    for (request, expected) in [
        (with_token(&forged(&guarded), &good), vec!["alice".to_owned()]),
        (forged(&with_token(&guarded, &good)), vec!["alice".to_owned()]),
        (with_token(&forged(&guarded), &nameless), Vec::new()),
        (forged(&open), Vec::new()),
        (with_token(&forged(&open), &good), Vec::new()),
        // A header that is named here is one for this hop alone, and would be taken off behind the middleware.
        (with_token(&guarded, &good).with("Connection", "X-User"), vec!["alice".to_owned()]),
    ] {
        let answer = world.send(&request)?;
        ensure!(answer.status == 200, "{request:?}: {} {}", answer.status, answer.text());
        ensure!(arrived(&answer, "X-User")? == expected, "{request:?}: {}", answer.text());
        for alias in ["X_User", "X.User"] {
            ensure!(arrived(&answer, alias)?.is_empty(), "{alias}: {}", answer.text());
        }
    }
    Ok(())
}

fn the_secret_is_read_from_a_file(world: &World) -> Result<()> {
    let ground = world.ground("shared");
    let host = ground.host();
    let publish = |short: &str, group: &str, host: &str, file: &str| {
        let setting = format!("auth.secret-file={file}");
        let options = ["--network", &world.stage.network, "--group", group, "--host", host, "--port", "8080"];
        let more = ["--api-set", &setting, "--route", "GET /open", "--route", "GET /guarded auth=jwt"];
        ground.create(short, &[&options[..], &more].concat())
    };
    let lost = format!("lost.{host}");
    publish("pets", "shared", &host, SECRET_FILE)?;
    publish("lost", "lost", &lost, "/secrets/nothing")?;
    world.send_until(&Request::new("GET", &host, "/open"), 200)?;
    world.send_until(&Request::new("GET", &lost, "/open"), 200)?;

    let claims = json!({"exp": in_seconds(60)?});
    let status = |host: &str, secret: &str| {
        let request = Request::new("GET", host, "/guarded");
        world.send(&with_token(&request, &shared(&claims, secret.as_bytes()))).map(|answer| answer.status)
    };
    ensure!(status(&host, SECRET)? == 200);
    ensure!(status(&host, &format!("{SECRET}x"))? == 401);
    ensure!(status(&lost, SECRET)? == 503, "nobody is let in whose token cannot be checked");
    ensure!(world.send(&Request::new("GET", &lost, "/guarded"))?.status == 401);
    Ok(())
}
