//! Groups that ask for tokens, behind a gateway of `docker smsvc gateway up`: with keys in their labels, and with a secret of
//! the swarm's.

use anyhow::{Result, ensure};
use serde_json::json;
use smsvc_tests::backend::Seen;
use smsvc_tests::gateway::entry_point;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;

use crate::authorization::{in_seconds, issued, keys, shared, with_token};
use crate::gateway::{Down, ROUTED, gateway, on_node, web};
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] =
    &[("a_gateway_with_the_secret_of_a_group_lets_in_its_tokens_and_no_others", lets_in)];

/// What the issuer of tokens and the gateway know.
const SECRET: &str = "the-issuer-of-tokens-knows-this-and-nobody-else";

fn lets_in(world: &World) -> Result<()> {
    let gateway = gateway(world, "tokens")?;
    let ground = world.ground("tokens");
    let (secret, web) = (ground.service("jwt"), web(world)?);
    let point = entry_point(web);
    let docker = world.docker();
    let file = world.stage.folder().join("token-secret");
    std::fs::write(&file, format!("{SECRET}\n"))?;
    docker.run(&[
        "secret",
        "create",
        "--label",
        world.stage.marks()[3],
        &secret,
        &file.display().to_string(),
    ])?;
    let options = on_node(world, &point);
    let _down = Down(&gateway);
    gateway.up(&options)?;

    let network = &world.stage.network;
    let publish = |short: &str, setting: &str| {
        let host = format!("{short}.{}", ground.host());
        let group = format!("tokens-{short}");
        let own = [
            "--network",
            network,
            "--group",
            &group,
            "--host",
            &host,
            "--port",
            "8080",
            "--api-set",
            setting,
        ];
        let routes = ["--route", "GET /open", "--route", "GET /guarded auth=jwt auth.permissions=admin"];
        ground.create(short, &[&own[..], &routes].concat()).map(|_| host)
    };
    let by_secret = publish("secret", &format!("auth.secret-file=/run/secrets/{secret}"))?;
    let by_keys = publish("keys", &format!("auth.keys={}", keys()))?;
    let send = |host: &str, path: &str, token: Option<&str>| -> Result<(u16, bool)> {
        let request = Request::new("GET", host, path);
        let answer = token.map_or_else(|| request.clone(), |token| with_token(&request, token)).send(web)?;
        Ok((answer.status, Seen::of(&answer).is_some()))
    };
    let until = |host: &str, token: Option<&str>, path: &str, status: u16| {
        wait_for(&format!("{status} for {host}{path}"), ROUTED, || {
            let answer = send(host, path, token)?;
            ensure!(answer.0 == status, "{answer:?}");
            Ok(())
        })
    };
    until(&by_secret, None, "/open", 200)?;
    until(&by_keys, None, "/open", 200)?;

    let claims = |permission: &str, seconds: i64| -> Result<_> {
        Ok(json!({"exp": in_seconds(seconds)?, "permissions": [permission]}))
    };
    let (admin, guest, old) = (claims("admin", 600)?, claims("guest", 600)?, claims("admin", -600)?);
    let by_hmac = |claims| shared(claims, SECRET.as_bytes());
    // Nobody has told this gateway of the secret.
    ensure!(send(&by_secret, "/guarded", Some(&by_hmac(&admin)))? == (503, false));
    ensure!(send(&by_secret, "/guarded", None)? == (401, false));

    let options = [&options[..], &["--token-secret", &secret]].concat();
    let changed = gateway.up(&options)?;
    ensure!(
        changed.contains("updated service tokens-traefik") && !changed.contains("tokens-provider"),
        "{changed}"
    );
    let again = gateway.up(&options)?;
    ensure!(again.trim() == "the gateway tokens is as it should be", "{again}");
    until(&by_secret, Some(&by_hmac(&admin)), "/guarded", 200)?;

    for (host, token, expected) in [
        (&by_secret, by_hmac(&admin), (200, true)),
        (&by_secret, by_hmac(&guest), (403, false)),
        (&by_secret, by_hmac(&old), (401, false)),
        (&by_secret, shared(&admin, b"another secret that is as long as it has to be"), (401, false)),
        (&by_secret, issued(&admin), (401, false)),
        (&by_keys, issued(&admin), (200, true)),
        (&by_keys, issued(&guest), (403, false)),
        (&by_keys, by_hmac(&admin), (401, false)),
    ] {
        let answer = send(host, "/guarded", Some(&token))?;
        ensure!(answer == expected, "{host}: {answer:?}, not {expected:?}, for {token}");
    }
    for host in [&by_secret, &by_keys] {
        ensure!(send(host, "/guarded", None)? == (401, false) && send(host, "/open", None)? == (200, true));
    }
    // The plugin sees no secret but those of tokens: that of the gateway itself is none of a group's.
    let token = format!("auth.secret-file=/run/secrets/{}-token", gateway.name);
    let curious = publish("curious", &token)?;
    until(&curious, None, "/open", 200)?;
    ensure!(send(&curious, "/guarded", Some(&by_hmac(&admin)))? == (503, false));

    let down = gateway.call("down", &[])?;
    ensure!(down.status == 0, "{}", down.stderr);
    docker.run(&["secret", "rm", &secret]).map(drop)
}
