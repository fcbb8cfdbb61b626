//! `docker smsvc routes` and `docker smsvc routes test`.

use smsvc_core::decide::{Headers, Request, explain};
use smsvc_core::entry_point::{self, Received};
use smsvc_core::merge::Merged;
use smsvc_core::table::Table;

use crate::args::{Format, RoutesArgs, RoutesCommand, TestArgs};
use crate::engine::Engine;
use crate::error::Error;
use crate::groups::Declared;
use crate::report::Report;

/// Shows the routes, or tries one request.
pub async fn routes(engine: &impl Engine, args: &RoutesArgs, report: Report) -> Result<(), Error> {
    let declared = Declared::read(&engine.services().await?);
    let mut merged = declared.merged();
    report.route_problems(&declared, &merged);
    match &args.command {
        Some(RoutesCommand::Test(request)) => test(&merged, request, report),
        None => {
            if let Some(group) = &args.group {
                only(&mut merged, group)?;
            }
            let table = Table::compile(&merged.spec);
            match args.format {
                Format::Table => report.routes_table(&table),
                Format::Json => report.routes_json(&merged.spec),
            }
            Ok(())
        }
    }
}

fn only(merged: &mut Merged, group: &str) -> Result<(), Error> {
    merged.spec.groups.retain(|candidate| candidate.name.as_str() == group);
    let refused = merged.refused.iter().any(|refusal| refusal.group.as_str() == group);
    if merged.spec.groups.is_empty() && !refused {
        Err(Error::GroupUnknown { name: group.to_owned() })
    } else {
        Ok(())
    }
}

/// Decides a request that nobody sends, with the code that Traefik's middleware runs.
fn test(merged: &Merged, args: &TestArgs, report: Report) -> Result<(), Error> {
    let url = Url::parse(&args.url)?;
    let headers =
        args.headers.iter().map(|header| header_field(header)).collect::<Result<FieldLines, _>>()?;
    // Traefik's entry point has its say before the middleware sees anything.
    let target = match entry_point::receive(&args.method, &url.target) {
        Received::Passes(target) => target,
        Received::Answers(status) => {
            report.traefik_answers(args, status);
            return Ok(());
        }
    };
    let table = Table::compile(&merged.spec);
    let request = Request { method: &args.method, host: &url.host, uri: &target, headers: &headers };
    let explanation = explain(&table, &request);
    match args.format {
        Format::Table => report.explanation(args, &explanation),
        Format::Json => report.explanation_json(args, &explanation),
    }
    Ok(())
}

/// A URL as far as a route looks at it.
struct Url {
    host: String,
    target: String,
}

impl Url {
    /// `http://host/path?query`, `host/path` with a scheme left away is not accepted: it reads like a path.
    fn parse(text: &str) -> Result<Self, Error> {
        let malformed =
            |reason: &str| Error::UrlMalformed { url: text.to_owned(), reason: reason.to_owned() };
        let without_fragment = text.split('#').next().unwrap_or(text);
        if without_fragment.starts_with('/') || without_fragment == "*" {
            return Ok(Self { host: String::new(), target: without_fragment.to_owned() });
        }
        let Some(("http" | "https", rest)) = without_fragment.split_once("://") else {
            return Err(malformed("it starts with http://, https:// or /"));
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if host.is_empty() {
            return Err(malformed("it has no host"));
        }
        // A client sends a slash where the URL has no path.
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self { host: host.to_owned(), target: format!("{slash}{target}") })
    }
}

/// The header fields of a request, in the order in which they were given.
struct FieldLines(Vec<(String, String)>);

impl FromIterator<(String, String)> for FieldLines {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(lines: I) -> Self {
        Self(lines.into_iter().collect())
    }
}

impl Headers for FieldLines {
    fn values(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
            .collect()
    }
}

fn header_field(text: &str) -> Result<(String, String), Error> {
    let (name, value) =
        text.split_once(':').ok_or_else(|| Error::HeaderMalformed { header: text.to_owned() })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> (String, String) {
        let url = Url::parse(text).unwrap();
        (url.host, url.target)
    }

    #[test]
    fn a_url_gives_the_host_and_what_a_client_would_ask_it_for() {
        assert_eq!(
            url("http://api.example.com:8080/v2/pets?page=2#top"),
            ("api.example.com:8080".into(), "/v2/pets?page=2".into())
        );
        assert_eq!(url("https://user@api.example.com"), ("api.example.com".into(), "/".into()));
        assert_eq!(url("http://h?x=1"), ("h".into(), "/?x=1".into()));
        assert_eq!(url("/v2/pets"), (String::new(), "/v2/pets".into()));
    }

    #[test]
    fn a_url_that_is_none_is_refused() {
        for text in ["api.example.com/v2", "ftp://h/", "http:///path", ""] {
            assert!(matches!(Url::parse(text), Err(Error::UrlMalformed { .. })), "{text}");
        }
    }

    #[test]
    fn a_header_may_be_given_several_times() {
        let lines: FieldLines = ["X-A: 1", "x-a:2"].iter().map(|text| header_field(text).unwrap()).collect();
        assert_eq!(lines.values("x-a"), ["1", "2"]);
        assert!(header_field("nonsense").is_err());
    }
}
