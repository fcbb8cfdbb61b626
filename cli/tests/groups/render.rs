//! `docker smsvc gateway render` of what cannot be rendered.

use crate::stage::Stage;

#[test]
fn a_group_that_asks_for_tokens_is_not_rendered_as_routers_that_let_everybody_in() {
    let stage = Stage::new();
    let options = [
        "--group",
        "petstore",
        "--host",
        "api.example.com",
        "--port",
        "80",
        "--api-set",
        "auth.secret-file=/run/secrets/jwt",
        "--route",
        "GET /pets",
        "--route",
        "DELETE /pets auth=jwt",
    ];
    stage.create("pets", &options);
    let said = stage.smsvc(&["gateway", "render", "petstore", "--as", "native"]);
    assert_eq!((said.status, said.out.as_str()), (4, ""), "not even the routes for anybody");
    assert_eq!(
        said.err,
        "E205: API group petstore has smsvc.auth.*: Traefik's own routers check no tokens, and would let everybody in\n\
         hint: --as provider and --as labels go through the plugin, which checks them\n"
    );
    for way in ["provider", "labels"] {
        let said = stage.succeed(&["gateway", "render", "petstore", "--as", way]);
        assert!(said.out.contains("plugin"), "{said:?}");
    }
}

#[test]
fn what_traefik_has_no_words_for_is_told_beside_the_tree() {
    let stage = Stage::new();
    let options =
        ["--group", "g", "--port", "80", "--route", "GET /a", "--route", "GET /b produces=text/html"];
    stage.create("s", &options);
    let said = stage.succeed(&["gateway", "render", "g", "--as", "native"]);
    assert!(said.out.contains("Path(`/a`)") && !said.out.contains("/b"), "{said:?}");
    assert!(
        said.err.contains("left out: service s (smsvc.route.get-b) has consumes or produces"),
        "{said:?}"
    );
}
