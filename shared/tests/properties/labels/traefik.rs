//! What Traefik makes of the labels: its rule language, as far as it is used, and the choice of a router.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};
use smsvc_core::decide::Request;

/// Routers and middlewares by name and field.
pub(crate) struct Traefik {
    routers: BTreeMap<String, BTreeMap<String, String>>,
    rules: BTreeMap<String, Rule>,
    middlewares: BTreeMap<String, BTreeMap<String, String>>,
}

/// A rule, read.
pub(crate) enum Rule {
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Call(String, Vec<String>, Option<Regex>),
}

impl Traefik {
    pub(crate) fn of<'l>(labels: impl Iterator<Item = &'l BTreeMap<String, String>>) -> Self {
        let mut kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
        for (label, value) in labels.flatten() {
            let Some(key) = label.strip_prefix("traefik.http.") else { continue };
            let mut parts = key.splitn(3, '.').map(str::to_owned);
            let (kind, name, field) = (parts.next(), parts.next(), parts.next());
            let object = kinds.entry(kind.unwrap()).or_default().entry(name.unwrap()).or_default();
            let before = object.insert(field.unwrap(), value.clone());
            assert!(before.is_none(), "{label} stands twice");
        }
        let routers = kinds.remove("routers").unwrap_or_default();
        let rules = routers.iter().map(|(name, fields)| (name.clone(), Rule::of(&fields["rule"]))).collect();
        Self { routers, rules, middlewares: kinds.remove("middlewares").unwrap_or_default() }
    }

    /// The routers of the highest priority that take the request.
    pub(crate) fn first(&self, request: &Request<'_>) -> Vec<&str> {
        let taking = self.rules.iter().filter(|(_, rule)| rule.takes(request));
        let taking: Vec<(u64, &str)> = taking
            .map(|(name, _)| (self.routers[name]["priority"].parse().unwrap(), name.as_str()))
            .collect();
        let highest = taking.iter().map(|(priority, _)| *priority).max();
        taking.into_iter().filter(|(priority, _)| Some(*priority) == highest).map(|(_, name)| name).collect()
    }

    /// The table that the plugin of a router has.
    pub(crate) fn spec(&self, router: &str) -> &str {
        let mut chain = self.routers[router]["middlewares"].split(',');
        chain.find_map(|name| self.middlewares[name].get("plugin.smsvc.spec")).unwrap()
    }

    pub(crate) fn service(&self, router: &str) -> &str {
        &self.routers[router]["service"]
    }
}

impl Rule {
    pub(crate) fn of(text: &str) -> Self {
        Parser::read(text)
    }

    pub(crate) fn takes(&self, request: &Request<'_>) -> bool {
        match self {
            Self::All(rules) => rules.iter().all(|rule| rule.takes(request)),
            Self::Any(rules) => rules.iter().any(|rule| rule.takes(request)),
            Self::Not(rule) => !rule.takes(request),
            Self::Call(function, arguments, regex) => call(function, arguments, regex.as_ref(), request),
        }
    }
}

fn call(function: &str, arguments: &[String], regex: Option<&Regex>, request: &Request<'_>) -> bool {
    let path = routing_path(request.uri.split('?').next().unwrap());
    let found = |text: &[u8]| regex.unwrap().is_match(text);
    match (function, arguments) {
        ("Host", [host]) => host_of(request.host) == *host,
        ("HostRegexp", _) => found(host_of(request.host).as_bytes()),
        ("Method", [method]) => request.method == method,
        ("Path", [wanted]) => path == wanted.as_bytes(),
        ("PathPrefix", [wanted]) => path.starts_with(wanted.as_bytes()),
        ("PathRegexp", _) => found(&path),
        ("Header", [name, value]) => any_value(request, name, |it| it == value),
        ("HeaderRegexp", [name, _]) => any_value(request, name, |it| found(it.as_bytes())),
        other => panic!("{other:?}"),
    }
}

fn any_value(request: &Request<'_>, name: &str, holds: impl Fn(&str) -> bool) -> bool {
    let mut any = false;
    request.headers.values(&name.to_lowercase(), &mut |value| any |= holds(value));
    any
}

/// Traefik compares hosts in lower case, without port, brackets and a dot at the end.
fn host_of(header: &str) -> String {
    let host = header.to_lowercase();
    let bare = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address.to_owned(),
        None => host.split(':').next().unwrap().to_owned(),
    };
    bare.trim_end_matches('.').to_owned()
}

/// Everything decoded but the reserved characters.
fn routing_path(path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| u8::from_str_radix(std::str::from_utf8(&behind[..2]).unwrap(), 16).unwrap());
        match escaped {
            Some(byte) if !b":/?#[]@!$&'()*+,;=%".contains(&byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    bytes
}

/// Reads a rule: `||` binds less than `&&`, and that less than `!`.
struct Parser<'r> {
    rest: &'r str,
}

impl Parser<'_> {
    fn read(text: &str) -> Rule {
        let mut parser = Parser { rest: text };
        let rule = parser.any();
        assert_eq!(parser.rest, "", "in {text}");
        rule
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn any(&mut self) -> Rule {
        let mut rules = vec![self.all()];
        while self.eat("||") {
            rules.push(self.all());
        }
        Rule::Any(rules)
    }

    fn all(&mut self) -> Rule {
        let mut rules = vec![self.one()];
        while self.eat("&&") {
            rules.push(self.one());
        }
        Rule::All(rules)
    }

    fn one(&mut self) -> Rule {
        if self.eat("!") {
            return Rule::Not(Box::new(self.one()));
        }
        if self.eat("(") {
            let rule = self.any();
            assert!(self.eat(")"), "{}", self.rest);
            return rule;
        }
        let (function, rest) = self.rest.split_once('(').expect("a function");
        let function = function.to_owned();
        self.rest = rest;
        let mut arguments = Vec::new();
        while !self.eat(")") {
            self.eat(",");
            arguments.push(self.literal());
        }
        let regex = function.ends_with("Regexp").then(|| {
            let text = arguments.last().unwrap();
            RegexBuilder::new(text).unicode(false).build().unwrap_or_else(|error| panic!("{text}: {error}"))
        });
        Rule::Call(function, arguments, regex)
    }

    fn literal(&mut self) -> String {
        if self.eat("`") {
            let (text, rest) = self.rest.split_once('`').expect("an end");
            self.rest = rest;
            return text.to_owned();
        }
        assert!(self.eat("\""), "{}", self.rest);
        let mut text = String::new();
        while !self.rest.starts_with('"') {
            let first = self.rest.chars().next().expect("an end");
            if let Some(digits) = self.rest.strip_prefix("\\U") {
                text.push(char::from_u32(u32::from_str_radix(&digits[..8], 16).unwrap()).unwrap());
                self.rest = &digits[8..];
            } else {
                text.push(first);
                self.rest = &self.rest[first.len_utf8()..];
            }
        }
        self.rest = &self.rest[1..];
        text
    }
}
