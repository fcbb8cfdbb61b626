//! What stands where in a compiled table. Writing and reading follow this page; every other page of a table is theirs.
//!
//! ```text
//! head       "smsvc" version·2 length·5 digest·11, then records, the directory last
//! directory  flags·1 width·2 methods·5 get·4 head·4 options·4 number·1 digits·1 rules·5
//!            exact hosts·5 wildcards·5 longest wildcard·4 any host·5
//! count      a number·1, or what stands for many·1 and the number·4
//! text       count byte…
//! methods    count text…                        sorted; a set of methods has a bit for each, 6 bits a digit
//! rules      route·digits…                      in the order of the specification
//! map        count digits·1 back·digits…        so many slots, looked at from that of the hash on up to an empty one, which is 0;
//!                                               so far back from the map stands the text, and behind it what it is found for: a
//!                                               root·5 for a host, or a node
//! node       [0·1 scope·5] flags·1 [map] [count (pattern·5 node·5)…] [free] [leaf] [list of the exact] [ends·1 list…]
//! free       count                              so far back from here is the node behind a segment, whatever it is
//! leaf       list                               instead, where that node has nothing but exact rules
//! ends       flags                              of the lists that follow: of rules with a rest, of rules for a prefix
//! list       rule·number…                       by precedence: the number of a rule, and two bits; the first of those that
//!                                               declare alike has LEADS, the last one of all has LAST
//! pattern    whole·1 [head text count·2 (constraint·5 tail text)…]
//! constraint kind·1 [count text… | least·6 most·6]
//! route      scope·5 router·5 shift·2 methods·width parts·3 place·5…          shift: segments before the route's own
//! versions   first·3 last·3
//! scope      rank·4 flags·2 parts·1 place·5…
//! access     count permission… count scope…               the words that a token has to say
//! authority  count realm count (key value)…              as `smsvc.auth.*` states them, but for the claims
//! claims     count (header claim)…
//! ```
//!
//! An instance of the middleware has a table of its own, so that it costs as much as the table is long. What there is for
//! each rule is short therefore: a node is told by how far back it is, and nothing stands there that is the same elsewhere.

/// What every table starts with.
pub(super) const MAGIC: &str = "smsvc";
/// The version of all that is written here. Any change of it needs another one.
pub(crate) const VERSION: usize = 4;
/// Bytes of the head.
pub(super) const HEAD: usize = 23;
/// Bytes of the directory.
pub(super) const DIRECTORY: usize = 46;
/// Bits of a digit.
pub(super) const BITS: usize = 6;

/// In a list: this rule declares something else than the one before it.
pub(super) const LEADS: usize = 1;
/// In a list: no rule follows this one.
pub(super) const LAST: usize = 2;
/// In a list: the bits below the number of a rule.
pub(super) const MARKS: usize = 2;

/// Flags of the directory.
pub(super) mod has {
    pub(in crate::table) const CORS: usize = 1;
    pub(in crate::table) const LOOSE_SLASHES: usize = 2;
    pub(in crate::table) const HOSTS: usize = 4;
    /// A route needs a token: only who can check one may read the table.
    pub(in crate::table) const TOKENS: usize = 8;
}

/// Flags of a node: what it has.
pub(super) mod node {
    pub(in crate::table) const LITERALS: usize = 1;
    pub(in crate::table) const PATTERNS: usize = 2;
    pub(in crate::table) const FREE: usize = 4;
    pub(in crate::table) const LEAF: usize = 8;
    pub(in crate::table) const EXACT: usize = 16;
    /// Rules that may take more of a path.
    pub(in crate::table) const OPEN: usize = 32;
}

/// Of an open node: which rules it has.
pub(super) mod open {
    pub(in crate::table) const REST: usize = 1;
    pub(in crate::table) const PREFIX: usize = 2;
}

/// Flags of a scope.
pub(super) mod scope {
    pub(in crate::table) const PLAIN_ERRORS: usize = 1;
    pub(in crate::table) const FREE_HEAD: usize = 2;
    pub(in crate::table) const FREE_OPTIONS: usize = 4;
    pub(in crate::table) const SLASH_IGNORED: usize = 8;
    pub(in crate::table) const SLASH_REDIRECTED: usize = 16;
}

/// The parts that a route may have, in the order of their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoutePart {
    Headers,
    Query,
    Consumes,
    Produces,
    Action,
    Rewrite,
    QueryRewrite,
    Request,
    Response,
    Life,
    Cache,
    Access,
    Versions,
}

/// The parts that a scope may have, in the order of their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopePart {
    Cors,
    Versioning,
    Limits,
    Authority,
    Claims,
}

impl RoutePart {
    pub(super) const ALL: [Self; 13] = [
        Self::Headers,
        Self::Query,
        Self::Consumes,
        Self::Produces,
        Self::Action,
        Self::Rewrite,
        Self::QueryRewrite,
        Self::Request,
        Self::Response,
        Self::Life,
        Self::Cache,
        Self::Access,
        Self::Versions,
    ];

    pub(super) fn bit(self) -> usize {
        1 << self as usize
    }
}

impl ScopePart {
    pub(super) const ALL: [Self; 5] =
        [Self::Cors, Self::Versioning, Self::Limits, Self::Authority, Self::Claims];

    pub(super) fn bit(self) -> usize {
        1 << self as usize
    }
}
