//! Versions: which versions of an API a route belongs to, and where a request says which one it wants.

use std::fmt;
use std::ops::RangeInclusive;

use crate::condition::{HeaderName, QueryName, query_values};
use crate::decide::{Headers, first};
use crate::method::is_token;
use crate::path::form_decoded;

/// The greatest version.
const MAX: u16 = 9999;
/// The most versions of one route where the path tells them: each is a path of its own.
const WIDEST: u16 = 100;
/// Where the version stands in [`VersionBy::Path`].
const PLACE: &str = "{version}";

/// The versions of a route: `2`, or `1-3` with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionRange {
    first: u16,
    last: u16,
}

/// Where a request of a group says which version it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionBy {
    /// In the segment behind the base path: `/v2/pets`.
    Path,
    /// In a header: `X-Api-Version: 2`.
    Header,
    /// In a query parameter: `?version=2`.
    Query,
    /// In the media type that it accepts, or else sends: `application/json; version=2` or
    /// `application/vnd.example.v2+json`.
    Media,
}

/// How a group tells its versions apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioning {
    place: Named,
    default: Option<u16>,
}

/// Where a request tells its version, if it is not its path that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Header,
    Query,
    Media,
}

/// [`VersionBy`] with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// What stands before and behind the version in its segment.
    Path(String, String),
    Header(HeaderName),
    Query(QueryName),
    Media(String),
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Neither a number nor a range.
    #[error("{0:?} is not a version: write a number up to {MAX}, or two as in 1-3")]
    Range(String),
    /// More versions than a path can tell.
    #[error("{0:?} is more than {WIDEST} versions")]
    Wide(String),
    /// A name that the place where the version is told cannot have.
    #[error(
        "{0:?} cannot tell a version here: use a segment with {PLACE}, or the name of a header, a query parameter or a media type parameter"
    )]
    Name(String),
}

impl VersionRange {
    /// Reads `2` or `1-3`.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let wrong = || VersionError::Range(text.to_owned());
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (number(first.trim()).ok_or_else(wrong)?, number(last.trim()).ok_or_else(wrong)?);
        if first > last {
            return Err(wrong());
        }
        if last.saturating_sub(first) >= WIDEST {
            return Err(VersionError::Wide(text.to_owned()));
        }
        Ok(Self { first, last })
    }

    /// Its versions.
    pub fn versions(self) -> RangeInclusive<u16> {
        self.first..=self.last
    }

    /// Whether both hold a version.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Reads one version as a request or a label tells it.
pub(crate) fn number(text: &str) -> Option<u16> {
    let digits = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

impl VersionBy {
    /// Reads `path`, `header`, `query` or `media`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Path, Self::Header, Self::Query, Self::Media].into_iter().find(|by| by.as_str() == text)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Header => "header",
            Self::Query => "query",
            Self::Media => "media",
        }
    }

    /// The name where none is given.
    fn usual(self) -> &'static str {
        match self {
            Self::Path => "v{version}",
            Self::Header => "X-Api-Version",
            Self::Query | Self::Media => "version",
        }
    }
}

impl Versioning {
    /// Puts the group's values together.
    pub(crate) fn new(by: VersionBy, name: Option<&str>, default: Option<u16>) -> Result<Self, VersionError> {
        let name = name.unwrap_or(by.usual());
        let wrong = || VersionError::Name(name.to_owned());
        let place = match by {
            VersionBy::Path => {
                let (before, behind) = name.split_once(PLACE).ok_or_else(wrong)?;
                let plain = |part: &str| {
                    part.bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
                };
                if !plain(before) || !plain(behind) {
                    return Err(wrong());
                }
                Named::Path(before.to_owned(), behind.to_owned())
            }
            VersionBy::Header => Named::Header(HeaderName::parse(name).map_err(|_| wrong())?),
            VersionBy::Query => Named::Query(QueryName::parse(name).map_err(|_| wrong())?),
            VersionBy::Media if is_token(name) => Named::Media(name.to_ascii_lowercase()),
            VersionBy::Media => return Err(wrong()),
        };
        Ok(Self { place, default })
    }

    /// Where it is told.
    pub fn by(&self) -> VersionBy {
        match self.place {
            Named::Path(..) => VersionBy::Path,
            Named::Header(_) => VersionBy::Header,
            Named::Query(_) => VersionBy::Query,
            Named::Media(_) => VersionBy::Media,
        }
    }

    /// The version of a request that names none.
    pub fn default(&self) -> Option<u16> {
        self.default
    }

    /// The segment of a version, if the path tells it.
    pub(crate) fn segment(&self, version: u16) -> Option<String> {
        match &self.place {
            Named::Path(before, behind) => Some(format!("{before}{version}{behind}")),
            _ => None,
        }
    }

    /// What the header, the query parameter or the parameter of a media type is called; nothing for paths.
    pub fn name(&self) -> Option<&str> {
        match &self.place {
            Named::Path(..) => None,
            Named::Header(name) => Some(name.as_str()),
            Named::Query(name) => Some(name.as_str()),
            Named::Media(name) => Some(name),
        }
    }

    /// The version that a request wants, where it is not its path that tells; `None` if it names something else.
    pub(crate) fn wanted(&self, headers: &dyn Headers, query: Option<&str>) -> Option<u16> {
        let place = match &self.place {
            Named::Path(..) => return None,
            Named::Header(_) => Place::Header,
            Named::Query(_) => Place::Query,
            Named::Media(_) => Place::Media,
        };
        let name = self.name().unwrap_or_default();
        wanted(place, name, self.default, headers, query, &mut Vec::new())
    }
}

/// The version that a request wants: the one that it tells, or else the default; `None` if it tells something else.
pub(crate) fn wanted(
    place: Place,
    name: &str,
    default: Option<u16>,
    headers: &dyn Headers,
    query: Option<&str>,
    buffer: &mut Vec<u8>,
) -> Option<u16> {
    let told = match place {
        Place::Header => first(headers, name, Told::of),
        Place::Query => query_values(name.bytes(), query).next().and_then(|value| {
            buffer.clear();
            buffer.extend(form_decoded(value));
            std::str::from_utf8(buffer).ok().map(Told::of)
        }),
        Place::Media => ["accept", "content-type"].into_iter().find_map(|field| {
            let mut found = None;
            headers.values(field, &mut |value| {
                found = found.or_else(|| value.split(',').find_map(|range| of_media(range, name)));
            });
            found
        }),
    };
    told.map_or(default, |Told(version)| version)
}

/// What a request tells: a version, or something else.
#[derive(Debug, Clone, Copy)]
struct Told(Option<u16>);

impl Told {
    fn of(text: &str) -> Self {
        Self(number(text.trim().trim_start_matches(['v', 'V'])))
    }
}

/// What a media type tells, by its parameter `name` or by a part `v2` of its subtype.
fn of_media(range: &str, name: &str) -> Option<Told> {
    let mut parts = range.split(';');
    let subtype = parts.next()?.split_once('/')?.1.trim();
    let parameter =
        parts.filter_map(|part| part.split_once('=')).find(|(key, _)| key.trim().eq_ignore_ascii_case(name));
    if let Some((_, value)) = parameter {
        return Some(Told::of(value.trim().trim_matches('"')));
    }
    let vendor = |part: &&str| part.strip_prefix(['v', 'V']).is_some_and(|digits| number(digits).is_some());
    subtype.split(['.', '+']).find(vendor).map(Told::of)
}

/// The canonical text, which [`VersionRange::parse`] reads back.
impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.last > self.first { write!(f, "-{}", self.last) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(
        by: VersionBy,
        name: Option<&str>,
        headers: &[(&str, &str)],
        query: Option<&str>,
    ) -> Option<u16> {
        Versioning::new(by, name, Some(1)).unwrap().wanted(&headers, query)
    }

    #[test]
    fn a_range_has_both_its_ends() {
        assert_eq!(VersionRange::parse("2").unwrap().versions(), 2..=2);
        assert_eq!(VersionRange::parse("1 - 3").unwrap().to_string(), "1-3");
        for bad in ["", "-1", "1-", "3-1", "1.0", "v1", "99999", "+1", "1-2-3"] {
            assert_eq!(VersionRange::parse(bad), Err(VersionError::Range(bad.into())));
        }
        assert_eq!(VersionRange::parse("1-101"), Err(VersionError::Wide("1-101".into())));
    }

    #[test]
    fn ranges_overlap_where_they_share_a_version() {
        let range = |text| VersionRange::parse(text).unwrap();
        assert!(range("1-3").overlaps(range("3")) && range("2").overlaps(range("1-3")));
        assert!(!range("1-2").overlaps(range("3-4")));
    }

    #[test]
    fn a_header_or_a_query_parameter_tells_the_version_and_its_absence_means_the_default() {
        assert_eq!(wanted(VersionBy::Header, None, &[("x-api-version", " 3 ")], None), Some(3));
        assert_eq!(wanted(VersionBy::Header, Some("Api"), &[("api", "v3")], None), Some(3));
        assert_eq!(wanted(VersionBy::Header, None, &[], None), Some(1));
        assert_eq!(wanted(VersionBy::Header, None, &[("x-api-version", "latest")], None), None);
        assert_eq!(wanted(VersionBy::Query, None, &[], Some("a=1&version=%32&version=3")), Some(2));
        assert_eq!(wanted(VersionBy::Query, None, &[], None), Some(1));
        assert_eq!(wanted(VersionBy::Query, None, &[], Some("version=")), None);
    }

    #[test]
    fn a_media_type_tells_the_version_by_a_parameter_or_by_a_part_of_its_subtype() {
        let media = |headers: &[(&str, &str)]| wanted(VersionBy::Media, None, headers, None);
        assert_eq!(media(&[("accept", "text/html, application/json; q=1; Version=\"2\"")]), Some(2));
        assert_eq!(media(&[("accept", "application/vnd.github.v3+json")]), Some(3));
        assert_eq!(media(&[("accept", "application/vnd.x.v10")]), Some(10));
        assert_eq!(media(&[("accept", "*/*"), ("content-type", "application/json;version=4")]), Some(4));
        assert_eq!(media(&[("accept", "*/*")]), Some(1));
        assert_eq!(media(&[("accept", "application/json;version=beta")]), None);
    }

    #[test]
    fn the_segment_of_a_version_is_spelt_as_the_group_says() {
        let segment = |name| Versioning::new(VersionBy::Path, name, None).ok().and_then(|it| it.segment(2));
        assert_eq!(segment(None).as_deref(), Some("v2"));
        assert_eq!(segment(Some("api-{version}.0")).as_deref(), Some("api-2.0"));
        for bad in ["v", "{version}{version}", "a/{version}", "{v}", "%{version}"] {
            assert_eq!(segment(Some(bad)), None, "{bad}");
        }
    }

    #[test]
    fn a_name_has_to_fit_its_place() {
        for (by, name) in [(VersionBy::Header, "Host"), (VersionBy::Query, "a=b"), (VersionBy::Media, "a b")]
        {
            assert_eq!(Versioning::new(by, Some(name), None), Err(VersionError::Name(name.into())));
        }
    }
}
