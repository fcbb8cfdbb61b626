//! Rules, routes and scopes as they stand in a table.

use super::Table;
use super::format::{BITS, LEADS, RANGE, RULE, RoutePart, ScopePart, scope as flag};
use super::text::{COUNT, Cursor, Damaged, PLACE, Read, SMALL, VERSIONS};
use super::{MethodBit, RuleNumber};
use crate::method::Fit;

/// A route at one of its paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleView<'t> {
    pub(crate) number: RuleNumber,
    pub(crate) route: RouteView<'t>,
    /// How many segments stand before those of the route itself.
    pub(crate) shift: usize,
    versions: usize,
}

/// What a route says, wherever it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteView<'t> {
    table: &'t Table<'t>,
    scope: usize,
    router: usize,
    methods: usize,
    has: usize,
    places: usize,
}

/// What all routes of a group share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScopeView<'t> {
    table: &'t Table<'t>,
    /// Its number among all by name.
    pub(crate) rank: usize,
    flags: usize,
    has: usize,
    places: usize,
}

/// The rules of one path, the best first as far as what they declare tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'t> {
    pub(super) table: &'t Table<'t>,
    /// Where it is: the lesser outranks the other, in the same tree.
    pub(crate) at: usize,
    pub(super) count: usize,
}

impl<'t> List<'t> {
    /// The rule, if there is one only.
    pub(crate) fn only(self) -> Option<Read<RuleView<'t>>> {
        (self.count == 1).then(|| self.rules().next().unwrap_or(Err(Damaged)).map(|(_, rule)| rule))
    }

    /// Each rule, and whether it declares something else than the one before it.
    pub(crate) fn rules(self) -> impl Iterator<Item = Read<(bool, RuleView<'t>)>> {
        let mut cursor = self.table.cursor(self.at);
        (0..self.count).map(move |_| {
            let number = cursor.number::<COUNT>()?;
            let rule = self.table.rule(RuleNumber(number & !LEADS))?;
            Ok((number & LEADS != 0, rule))
        })
    }
}

impl<'t> Table<'t> {
    /// The rule with a number.
    pub(crate) fn rule(&'t self, number: RuleNumber) -> Read<RuleView<'t>> {
        if number.0 >= self.count {
            return Err(Damaged);
        }
        let mut cursor = self.cursor(number.0.saturating_mul(RULE).saturating_add(self.rules));
        let route = cursor.number::<PLACE>()?;
        let (shift, versions) = (cursor.number::<SMALL>()?, cursor.number::<VERSIONS>()?);
        Ok(RuleView { number, route: self.route(route)?, shift, versions })
    }

    fn route(&'t self, place: usize) -> Read<RouteView<'t>> {
        let mut cursor = self.cursor(place);
        let (scope, router) = (cursor.number::<PLACE>()?, cursor.number::<PLACE>()?);
        let methods = cursor.at();
        cursor.skip(self.width)?;
        let has = cursor.number::<VERSIONS>()?;
        Ok(RouteView { table: self, scope, router, methods, has, places: cursor.at() })
    }

    pub(super) fn scope(&'t self, place: usize) -> Read<ScopeView<'t>> {
        let mut cursor = self.cursor(place);
        let (rank, flags) = (cursor.number::<COUNT>()?, cursor.number::<SMALL>()?);
        let has = cursor.number::<1>()?;
        Ok(ScopeView { table: self, rank, flags, has, places: cursor.at() })
    }

    /// The place of a part, if it is there: places stand in the order of their bits.
    fn part(&self, has: usize, bit: usize, places: usize) -> Read<Option<Cursor<'t>>> {
        if has & bit == 0 {
            return Ok(None);
        }
        let before = (has & bit.wrapping_sub(1)).count_ones();
        let before = usize::try_from(before).map_err(|_| Damaged)?.saturating_mul(PLACE);
        let place = self.cursor(places.saturating_add(before)).number::<PLACE>()?;
        Ok(Some(self.cursor(place)))
    }
}

impl RuleView<'_> {
    /// The versions that a request has to want, the first and the last, where the path does not tell them.
    pub(crate) fn versions(&self) -> Read<Option<(u16, u16)>> {
        let Some(before) = self.versions.checked_sub(1) else { return Ok(None) };
        let table = self.route.table;
        let mut cursor = table.cursor(before.saturating_mul(RANGE).saturating_add(table.versions));
        let mut number =
            || cursor.number::<VERSIONS>().and_then(|number| u16::try_from(number).map_err(|_| Damaged));
        Ok(Some((number()?, number()?)))
    }

    pub(crate) fn is_versioned(&self) -> bool {
        self.versions != 0
    }

    /// Why it takes a method; `None` if it does not.
    pub(crate) fn fit(&self, method: MethodBit) -> Read<Option<Fit>> {
        let table = self.route.table;
        if !self.route.names_methods()? {
            return Ok(Some(Fit::Any));
        }
        if let Some(bit) = method.0
            && self.route.has_method(bit)?
        {
            return Ok(Some(Fit::Declared));
        }
        let implied = method.0 == Some(table.head)
            && self.route.has_method(table.get)?
            && self.route.scope()?.free_head();
        Ok(implied.then_some(Fit::HeadOfGet))
    }
}

impl<'t> RouteView<'t> {
    pub(crate) fn scope(&self) -> Read<ScopeView<'t>> {
        self.table.scope(self.scope)
    }

    /// What Traefik's router for it is found by.
    pub(crate) fn router(&self) -> Read<&'t str> {
        self.table.cursor(self.router).stored()?.plain()
    }

    pub(super) fn part(&self, part: RoutePart) -> Read<Option<Cursor<'t>>> {
        self.table.part(self.has, part.bit(), self.places)
    }

    pub(super) fn table(&self) -> &'t Table<'t> {
        self.table
    }

    pub(super) fn has(&self, part: RoutePart) -> bool {
        self.has & part.bit() != 0
    }

    /// Whether it asks more of a request than host, path, version and method.
    pub(crate) fn is_conditional(&self) -> bool {
        let asks = [RoutePart::Headers, RoutePart::Query, RoutePart::Consumes, RoutePart::Produces];
        asks.into_iter().any(|part| self.has(part))
    }

    /// Whether headers change on the way.
    pub(crate) fn is_changing(&self) -> bool {
        [RoutePart::Request, RoutePart::Response, RoutePart::Life].into_iter().any(|part| self.has(part))
    }

    /// One digit of the set of its methods.
    pub(crate) fn method_digit(&self, index: usize) -> Read<usize> {
        self.table.cursor(self.methods.saturating_add(index)).number::<1>()
    }

    pub(crate) fn has_method(&self, bit: usize) -> Read<bool> {
        Ok(self.method_digit(bit / BITS)? >> (bit % BITS) & 1 == 1)
    }

    fn names_methods(&self) -> Read<bool> {
        for index in 0..self.table.width {
            if self.method_digit(index)? != 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl<'t> ScopeView<'t> {
    pub(crate) fn plain_errors(&self) -> bool {
        self.flags & flag::PLAIN_ERRORS != 0
    }

    pub(crate) fn free_head(&self) -> bool {
        self.flags & flag::FREE_HEAD != 0
    }

    pub(crate) fn free_options(&self) -> bool {
        self.flags & flag::FREE_OPTIONS != 0
    }

    pub(crate) fn strict_slash(&self) -> bool {
        self.flags & (flag::SLASH_IGNORED | flag::SLASH_REDIRECTED) == 0
    }

    pub(crate) fn redirects_slash(&self) -> bool {
        self.flags & flag::SLASH_REDIRECTED != 0
    }

    pub(super) fn part(&self, part: ScopePart) -> Read<Option<Cursor<'t>>> {
        self.table.part(self.has, part.bit(), self.places)
    }
}
