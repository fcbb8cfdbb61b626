//! The example that the demo shows: a pet shop's API, served by three services.

use super::request::{Exchange, Expected};

/// The API group, its host name, and the start of all its paths.
pub(crate) const GROUP: &str = "petstore";
pub(crate) const HOST: &str = "api.example.com";
pub(crate) const BASE: &str = "/v2";

/// What each service says of the group that it belongs to.
pub(crate) const MEMBERSHIP: [&str; 8] = ["--group", GROUP, "--host", HOST, "--base", BASE, "--port", "8080"];

/// A service of the example.
pub(crate) struct Service {
    /// Its name without that of the run.
    pub(crate) name: &'static str,
    /// What is typed besides name, network and what all three say of the group.
    pub(crate) options: &'static [&'static str],
}

/// Two that are reached through Traefik only, and one that also publishes a port of its own.
pub(crate) const SERVICES: [Service; 3] = [
    Service {
        name: "pets",
        options: &[
            "--replicas",
            "2",
            "--route",
            "GET,POST /pets",
            "--route",
            "GET,DELETE /pets/{petId} param.petId=int",
        ],
    },
    Service {
        name: "orders",
        options: &[
            "--route",
            "GET /pets/sold",
            "--route",
            "GET /pets/{petId}/orders rewrite.path=/orders/of/{petId}",
        ],
    },
    Service {
        name: "photos",
        options: &["--publish", "8080", "--route", "GET /pets/{petId}/photos/{file*}"],
    },
];

/// A command line with every value that needs quotes in quotes, two options a line.
pub(crate) fn as_typed(options: &[&str]) -> String {
    let quoted =
        |word: &&str| if word.contains([' ', '{', '*']) { format!("'{word}'") } else { (*word).to_owned() };
    let pairs: Vec<String> =
        options.chunks(2).map(|pair| pair.iter().map(quoted).collect::<Vec<_>>().join(" ")).collect();
    let lines: Vec<String> = pairs.chunks(4).map(|pairs| pairs.join(" ")).collect();
    format!("docker smsvc create {} IMAGE", lines.join(" \\\n      "))
}

/// The requests, and what must answer them.
pub(crate) fn requests() -> Vec<Exchange> {
    let answered = |method, path, service, sees, about| Exchange {
        method,
        path,
        about,
        expected: Expected { status: 200, service: Some((service, sees)), allow: None },
    };
    let refused = |method, path, status, allow, about| Exchange {
        method,
        path,
        about,
        expected: Expected { status, service: None, allow },
    };
    vec![
        answered("GET", "/v2/pets", "pets", "/v2/pets", "a declared route"),
        answered("POST", "/v2/pets?tag=new", "pets", "/v2/pets?tag=new", "its other method; the query stays"),
        answered("GET", "/v2/pets/7", "pets", "/v2/pets/7", "a path parameter"),
        answered("GET", "/v2/pets/sold", "orders", "/v2/pets/sold", "a literal outranks a parameter"),
        answered("GET", "/v2/pets/7/orders", "orders", "/orders/of/7", "another service, the path rewritten"),
        answered(
            "GET",
            "/v2/pets/7/photos/a/b.jpg",
            "photos",
            "/v2/pets/7/photos/a/b.jpg",
            "the rest of a path",
        ),
        refused("GET", "/v2/pets/rex", 404, None, "the parameter is no number"),
        refused("GET", "/v2/users", 404, None, "a path that nobody declared"),
        refused("PUT", "/v2/pets", 405, Some("GET, HEAD, OPTIONS, POST"), "a method that nobody declared"),
        refused("OPTIONS", "/v2/pets/7", 204, Some("DELETE, GET, HEAD, OPTIONS"), "what may be asked"),
        refused("GET", "/v1/pets", 404, None, "outside of the group"),
    ]
}
