//! Who has asked for the document, and what they got: what `gateway status` finds in the provider's log.
//!
//! Only changes are written, and those of one reader not more often than every [`PAUSE`], so that a swarm in which much
//! happens does not fill the log.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, interval_at};

use super::document::Published;
use crate::report::Report;

/// How often is looked whether there is something to write.
pub(super) const PAUSE: Duration = Duration::from_secs(5);

/// Who has not asked for so long has stopped asking.
const SILENCE: Duration = Duration::from_secs(20);

/// Who has stopped asking for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_mins(10);

/// What a reader has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// The document.
    Document {
        /// The first digits of its SHA-256.
        digest: String,
        /// How long it is.
        bytes: usize,
        /// How many groups it routes.
        groups: usize,
    },
    /// 503, and why.
    Unsure {
        /// The reason.
        reason: String,
    },
    /// Nothing for so many seconds.
    Silent {
        /// The seconds.
        seconds: u64,
    },
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderLine {
    /// Who.
    pub reader: IpAddr,
    /// What they got.
    pub reading: Reading,
}

impl fmt::Display for ReaderLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = self.reader;
        match &self.reading {
            Reading::Document { digest, bytes, groups } => {
                write!(f, "reader {reader}: has document {digest}, {bytes} bytes, {groups} groups")
            }
            Reading::Unsure { reason } => write!(f, "reader {reader}: got 503, {reason}"),
            Reading::Silent { seconds } => write!(f, "reader {reader}: has not asked for {seconds} s"),
        }
    }
}

impl ReaderLine {
    /// Reads a line that was written by [`fmt::Display`], whatever stands before it.
    pub fn find(line: &str) -> Option<Self> {
        let (reader, told) = line.split_once("reader ")?.1.split_once(": ")?;
        let reader = reader.parse().ok()?;
        let number = |text: &str| text.split(' ').next()?.parse().ok();
        let reading = if let Some(document) = told.strip_prefix("has document ") {
            let mut parts = document.split(", ");
            let digest = parts.next()?.to_owned();
            Reading::Document { digest, bytes: number(parts.next()?)?, groups: number(parts.next()?)? }
        } else if let Some(reason) = told.strip_prefix("got 503, ") {
            Reading::Unsure { reason: reason.to_owned() }
        } else {
            let seconds = told.strip_prefix("has not asked for ")?.split(' ').next()?.parse().ok()?;
            Reading::Silent { seconds }
        };
        Some(Self { reader, reading })
    }
}

/// The answer to one who asked.
#[derive(Debug, Clone)]
pub(super) enum Got {
    /// The document.
    Document(Arc<Published>),
    /// 503, and why.
    Unsure(String),
}

impl Got {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document(one), Self::Document(two)) => {
                Arc::ptr_eq(one, two) || one.document == two.document
            }
            (Self::Unsure(one), Self::Unsure(two)) => one == two,
            _ => false,
        }
    }

    fn told(&self) -> Reading {
        match self {
            Self::Document(published) => Reading::Document {
                digest: published.document.digest().chars().take(12).collect(),
                bytes: published.document.len(),
                groups: published.groups.len(),
            },
            Self::Unsure(reason) => Reading::Unsure { reason: reason.replace('\n', " ") },
        }
    }
}

/// All readers of this provider.
#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<BTreeMap<IpAddr, Reader>>);

#[derive(Debug)]
struct Reader {
    asked: Instant,
    got: Got,
    written: Written,
}

/// What was last written of a reader.
#[derive(Debug)]
enum Written {
    Nothing,
    Got(Got),
    Silence,
}

impl Readers {
    /// Somebody has asked and got this.
    pub(super) fn asked(&self, reader: IpAddr, got: Got, now: Instant) {
        let Ok(mut readers) = self.0.lock() else { return };
        let new = Reader { asked: now, got: got.clone(), written: Written::Nothing };
        let entry = readers.entry(reader).or_insert(new);
        (entry.asked, entry.got) = (now, got);
    }

    /// Writes what is news, again and again.
    pub(super) async fn write(&self, report: Report) -> Infallible {
        let mut ticks = interval_at(Instant::now() + PAUSE, PAUSE);
        loop {
            let now = ticks.tick().await;
            for line in self.news(now) {
                report.note(&line.to_string());
            }
        }
    }

    /// What has changed since the last time.
    fn news(&self, now: Instant) -> Vec<ReaderLine> {
        let Ok(mut readers) = self.0.lock() else { return Vec::new() };
        readers.retain(|_, reader| now.duration_since(reader.asked) < FORGOTTEN);
        readers
            .iter_mut()
            .filter_map(|(&address, it)| Some((address, it.news(now)?)))
            .map(ReaderLine::from)
            .collect()
    }
}

impl Reader {
    fn news(&mut self, now: Instant) -> Option<Reading> {
        let silence = now.duration_since(self.asked);
        match &self.written {
            Written::Silence if silence >= SILENCE => None,
            Written::Got(got) if silence < SILENCE && got.is(&self.got) => None,
            _ if silence >= SILENCE => {
                self.written = Written::Silence;
                Some(Reading::Silent { seconds: silence.as_secs() })
            }
            _ => {
                self.written = Written::Got(self.got.clone());
                Some(self.got.told())
            }
        }
    }
}

impl From<(IpAddr, Reading)> for ReaderLine {
    fn from((reader, reading): (IpAddr, Reading)) -> Self {
        Self { reader, reading }
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::traefik::Chunk;

    use super::*;

    fn document(text: &str) -> Got {
        let document = vec![Chunk::Members { text: text.into(), first: false }].into();
        Got::Document(Arc::new(Published { document, groups: Vec::new(), problems: Vec::new() }))
    }

    #[test]
    fn a_reader_is_written_when_it_gets_something_else_and_when_it_stops_asking() {
        let (readers, start) = (Readers::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let ask = |got: Got, seconds| readers.asked("10.0.3.5".parse().unwrap(), got, at(seconds));
        let news = |seconds| readers.news(at(seconds)).into_iter().map(|it| it.reading).collect::<Vec<_>>();
        assert_eq!(news(0), []);
        ask(document("a"), 1);
        ask(document("b"), 2);
        assert_eq!(news(5), [document("b").told()], "one line, however many documents there were");
        ask(document("b"), 9);
        assert_eq!(news(10), []);
        ask(Got::Unsure("the engine is gone".into()), 11);
        assert_eq!(news(15), [Reading::Unsure { reason: "the engine is gone".into() }]);
        assert_eq!(news(31), [Reading::Silent { seconds: 20 }]);
        assert_eq!(news(60), [], "said once");
        ask(document("b"), 61);
        assert_eq!(news(65), [document("b").told()]);
        assert_eq!(news(65 + 3600), [], "nobody is remembered for ever");
    }

    #[test]
    fn what_is_written_can_be_read() {
        for reading in [
            document("a").told(),
            Reading::Unsure { reason: "no: the engine, it is gone".into() },
            Reading::Silent { seconds: 21 },
        ] {
            for reader in ["10.0.3.5", "fd00::5"] {
                let line = ReaderLine { reader: reader.parse().unwrap(), reading: reading.clone() };
                assert_eq!(ReaderLine::find(&format!("2026-01-01T00:00:00Z {line}")), Some(line));
            }
        }
        for other in ["", "reader", "reader x: has document", "reader 10.0.0.1: has document a"] {
            assert_eq!(ReaderLine::find(other), None, "{other:?}");
        }
    }
}
