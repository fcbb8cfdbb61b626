//! The page for people: a document, a style and a script, served as they stand here.
//!
//! They have no data in them and load nothing from elsewhere; the script asks for `/api/view` and `/api/decide`, and puts
//! what it gets into text nodes only, so that nothing in a label can be taken for markup.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Nothing but this page's own style and script, and nobody may put it into a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn document() -> Response {
    served("text/html; charset=utf-8", include_str!("page.html"))
}

pub(super) async fn style() -> Response {
    served("text/css; charset=utf-8", include_str!("page.css"))
}

pub(super) async fn script() -> Response {
    served("text/javascript; charset=utf-8", include_str!("page.js"))
}

fn served(kind: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_writes_no_markup() {
        let (page, style, script) =
            (include_str!("page.html"), include_str!("page.css"), include_str!("page.js"));
        for text in [page, style, script] {
            for elsewhere in ["http:", "https:", "url(", "@import"] {
                assert!(!text.contains(elsewhere), "{elsewhere}");
            }
        }
        for markup in ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("] {
            assert!(!script.contains(markup), "{markup}");
        }
        for inline in ["<script>", "<style", "style=", "onclick=", "onload=", "onerror="] {
            assert!(!page.contains(inline), "the policy forbids {inline}");
        }
    }
}
