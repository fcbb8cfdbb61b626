//! What each Traefik of a gateway has got, as the providers tell in their logs, and what Traefik says of single routers in
//! its own. Neither can be asked from here: they are on a network of their own.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use smsvc_core::traefik::Retry;

use crate::engine::Task;
use crate::provider::{ReaderLine, Reading};
use crate::report::{Refused, Served, Trouble};

/// How long something that was wrong is worth telling.
const RECENT: SignedDuration = SignedDuration::from_mins(15);

/// How much of a line is shown.
const WIDTH: usize = 300;

/// How many lines are shown.
const SHOWN: usize = 5;

/// A line may be written so long after what it tells of, and Traefik may have been quicker.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

/// The newest line of every reader, whichever provider has written it.
pub(super) fn readers(log: &str) -> BTreeMap<IpAddr, (Timestamp, Reading)> {
    let mut readers: BTreeMap<IpAddr, (Timestamp, Reading)> = BTreeMap::new();
    for (at, line) in log.lines().filter_map(stamped) {
        let Some(ReaderLine { reader, reading }) = ReaderLine::find(line) else { continue };
        let known = readers.get(&reader);
        // A reader that has gone over to another provider is silent for this one only.
        let silence = |seconds: u64| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let since = match &reading {
            Reading::Silent { seconds } => at.checked_sub(silence(*seconds)).unwrap_or(at),
            _ => at,
        };
        if known.is_none_or(|(before, _)| *before <= since) {
            readers.insert(reader, (since, reading));
        }
    }
    readers
}

/// What every task of Traefik has got; `None` where no line tells of it.
pub(super) fn served(
    tasks: &[&Task],
    control: Option<&str>,
    readers: &BTreeMap<IpAddr, (Timestamp, Reading)>,
) -> Vec<Served> {
    let of = |task: &&Task| {
        let address = task.addresses_on(control?).next()?;
        Some(Served { task: task.id.clone(), address, got: readers.get(&address).cloned() })
    };
    tasks.iter().filter_map(of).collect()
}

/// What Traefik says of routers since it has the document that it has. What is no router of it any more is no matter.
pub(super) fn refused(log: &str, since: Option<Timestamp>, is_router: impl Fn(&str) -> bool) -> Vec<Refused> {
    let since = since.and_then(|at| at.checked_sub(SLACK).ok());
    let recent = log.lines().filter_map(stamped).filter(|(at, _)| since.is_none_or(|since| *at >= since));
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for (_, line) in recent.filter(|(_, line)| line.contains(" ERR ")) {
        let router = field(line, "routerName=").map(|router| router.trim_end_matches("@http"));
        if let Some(router) = router.filter(|router| is_router(router)) {
            let message = line.split_once(" ERR ").map_or(line, |(_, message)| message);
            refused.insert(router.to_owned(), message.to_owned());
        }
    }
    refused.into_iter().map(|(router, reason)| Refused { router, reason }).collect()
}

/// The last lines that tell of something wrong and are not told otherwise, with their times.
pub(super) fn troubles(log: &str, now: Timestamp, told: impl Fn(&str) -> bool) -> Vec<Trouble> {
    let since = now.checked_sub(RECENT).unwrap_or(now);
    let recent = log.lines().filter_map(stamped).filter(|(at, _)| *at >= since);
    let wrong = recent.filter_map(|(at, line)| Some((at, trouble(line)?)));
    let untold = wrong.filter(|(_, line)| !told(line));
    let cut = |line: &str| line.chars().take(WIDTH).collect::<String>();
    let mut troubles: Vec<Trouble> = untold.map(|(at, line)| Trouble { at, line: cut(line) }).collect();
    troubles.drain(..troubles.len().saturating_sub(SHOWN));
    troubles
}

/// What a line of Traefik's or of the provider's tells of something wrong, without the time that Traefik writes itself.
fn trouble(line: &str) -> Option<&str> {
    let of_traefik = [" ERR ", " FTL "].into_iter().find_map(|word| line.split_once(word));
    let of_provider = || ["warning: ", "error: "].into_iter().find_map(|word| line.strip_prefix(word));
    of_traefik.map(|(_, message)| message).or_else(of_provider)
}

/// The version that Traefik has told when it started.
pub(super) fn traefik_version(log: &str) -> Option<String> {
    version(log, "Traefik version ", " built on ")
}

/// Whether this version of Traefik is too old to be told that lost requests are sent again.
pub(super) fn cannot_repeat(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').map_while(|number| number.parse().ok()).collect();
    !numbers.is_empty() && numbers.as_slice() < Retry::REPEATS_SINCE.as_slice()
}

/// The version that the provider has told when it started.
pub(super) fn provider_version(log: &str) -> Option<String> {
    version(log, "docker smsvc ", ": listening on ")
}

fn version(log: &str, before: &str, behind: &str) -> Option<String> {
    let between = |line: &str| Some(line.split_once(before)?.1.split_once(behind)?.0.to_owned());
    log.lines().rev().find_map(between)
}

fn field<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let rest = line.split_once(key)?.1;
    rest.split(' ').next().map(|value| value.trim_matches('"'))
}

/// The engine writes the time before each line.
fn stamped(line: &str) -> Option<(Timestamp, &str)> {
    let (at, line) = line.split_once(' ')?;
    Some((at.parse().ok()?, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u32) -> String {
        format!("2026-01-01T00:00:{second:02}.5Z")
    }

    fn reader() -> IpAddr {
        "10.0.3.5".parse().unwrap()
    }

    #[test]
    fn the_newest_line_counts_whichever_provider_wrote_it() {
        let log = format!(
            "{} reader 10.0.3.5: has document b, 2 bytes, 1 groups\n{} reader 10.0.3.5: has document a, 1 bytes, 0 groups\nx\n",
            at(9),
            at(3)
        );
        let (since, reading) = &readers(&log)[&reader()];
        assert_eq!(since.to_string(), at(9));
        assert!(matches!(reading, Reading::Document { digest, .. } if digest == "b"), "{reading:?}");
    }

    #[test]
    fn who_has_gone_over_to_another_provider_is_not_silent() {
        let gone = format!("{} reader 10.0.3.5: has not asked for 20 s\n", at(40));
        let there = format!("{} reader 10.0.3.5: has document a, 1 bytes, 0 groups\n", at(25));
        for log in [format!("{gone}{there}"), format!("{there}{gone}")] {
            assert!(matches!(readers(&log)[&reader()].1, Reading::Document { .. }), "{log}");
        }
        let before = format!("{} reader 10.0.3.5: has document a, 1 bytes, 0 groups\n", at(10));
        assert!(matches!(readers(&format!("{before}{gone}"))[&reader()].1, Reading::Silent { .. }));
    }

    #[test]
    fn what_traefik_said_of_routers_before_its_last_document_is_over() {
        let line = |second, router: &str| {
            format!("{} 2026-01-01T00:00:00Z ERR boom error=\"no\" routerName={router}@http\n", at(second))
        };
        let log = line(1, "smsvc-old") + &line(30, "smsvc-new") + &line(31, "smsvc-new");
        let since = at(29).parse().ok();
        let all = |wanted: &str| {
            let wanted = wanted.to_owned();
            move |router: &str| router.starts_with(&wanted)
        };
        assert!(refused(&log, since, all("smsvc-old")).is_empty(), "it is in the document no more");
        let refused = refused(&log, since, all("smsvc"));
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].router, "smsvc-new");
        assert!(refused[0].reason.starts_with("boom"), "{refused:?}");
    }

    #[test]
    fn what_is_wrong_is_told_once_as_long_as_it_is_recent() {
        let log = format!(
            "{0} warning: E113: of old\n{1} warning: E113: service bad\n{1} warning: the engine is away\n{1} 2026-01-01T00:00:20Z ERR boom\n{1} 2026-01-01T00:00:20Z INF fine\n",
            at(1),
            at(20)
        );
        let now = (at(21).parse::<Timestamp>().unwrap()).checked_add(RECENT).unwrap();
        let now = now.checked_sub(SignedDuration::from_secs(10)).unwrap();
        let found = troubles(&log, now, |line| line == "E113: service bad");
        let lines: Vec<&str> = found.iter().map(|trouble| trouble.line.as_str()).collect();
        assert_eq!(lines, ["the engine is away", "boom"]);
        assert_eq!(found[0].at.to_string(), at(20));
    }

    #[test]
    fn both_tell_their_versions() {
        let log = format!(
            "{0} 2026-01-01T00:00:00Z INF Traefik version 3.7.15 built on 2026-01-01 version=3.7.15\n{0} docker smsvc 0.1.0: listening on x\n",
            at(1)
        );
        assert_eq!(traefik_version(&log).as_deref(), Some("3.7.15"));
        assert_eq!(provider_version(&log).as_deref(), Some("0.1.0"));
        assert_eq!(traefik_version("nothing"), None);
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        for (version, too_old) in
            [("3.6.15", true), ("3.7.5", true), ("3.7.6", false), ("3.7.15", false), ("4.0.0-rc.1", false)]
        {
            assert_eq!(cannot_repeat(version), too_old, "{version}");
        }
        assert!(!cannot_repeat("dev"), "what is not known is not blamed");
    }
}
