//! What the place where text goes can show: its width, colours, block characters.
//!
//! Colours and blocks are for a terminal only. `NO_COLOR` (no-color.org) takes the colours away, a dumb terminal both,
//! and a locale that is not UTF-8 the blocks.

use std::env;

/// What can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// How many columns there are.
    pub(super) width: usize,
    /// Whether colours can be shown, and are wanted.
    pub(super) colour: bool,
    /// Whether block characters can be shown.
    pub(super) blocks: bool,
}

/// A colour of the terminal's own palette (ECMA-48 SGR), which its user has chosen to be readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Dim = 90,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Magenta = 35,
    Cyan = 36,
}

/// The width where nobody tells one.
const WIDTH: usize = 80;

impl Look {
    /// On stdout as it is now: a terminal may have been resized.
    pub(super) fn now(terminal: bool) -> Self {
        let variable = |name: &str| env::var(name).unwrap_or_default();
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let able = terminal && variable("TERM") != "dumb";
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|text| !text.is_empty());
        let utf8 = locale.is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            text.contains("utf-8") || text.contains("utf8")
        });
        Self {
            width: width.filter(|_| terminal).filter(|width| *width > 0).unwrap_or(WIDTH),
            colour: able && variable("NO_COLOR").is_empty(),
            blocks: able && utf8,
        }
    }

    /// The text in this colour, if there are colours.
    pub(super) fn paint(self, colour: Colour, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", colour as u8) } else { text.to_owned() }
    }

    /// A bar of `width` cells of which `part` of `whole` is full. Anything used fills a cell, and only all fills all.
    pub(super) fn bar(self, part: u64, whole: u64, width: usize) -> String {
        let (full, empty) = if self.blocks { ("█", "░") } else { ("#", ".") };
        let cells = width as u64;
        let filled = match (part, whole) {
            (0, _) | (_, 0) => 0,
            (part, whole) if part >= whole => cells,
            (part, whole) => {
                let exact = u128::from(part) * u128::from(cells) / u128::from(whole);
                u64::try_from(exact).unwrap_or(cells).clamp(1, cells.saturating_sub(1).max(1))
            }
        };
        let filled = usize::try_from(filled).unwrap_or(width).min(width);
        let colour = match (part.saturating_mul(10), whole.saturating_mul(9)) {
            (_, 0) => Colour::Dim,
            (part, limit) if part >= limit => Colour::Red,
            _ => Colour::Green,
        };
        self.paint(colour, &full.repeat(filled)) + &self.paint(Colour::Dim, &empty.repeat(width - filled))
    }
}

#[cfg(test)]
impl Look {
    /// Without colours and blocks.
    pub(super) const PLAIN: Self = Self { width: 80, colour: false, blocks: false };
    /// With blocks.
    pub(super) const BLOCKS: Self = Self { width: 80, colour: false, blocks: true };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_empty_or_full_only_where_nothing_or_all_is_used() {
        let bar = |part, whole| Look::PLAIN.bar(part, whole, 10);
        assert_eq!(bar(0, 13), "..........");
        assert_eq!(bar(1, 253), "#.........");
        assert_eq!(bar(7, 13), "#####.....");
        assert_eq!(bar(252, 253), "#########.");
        assert_eq!(bar(13, 13), "##########");
        assert_eq!(bar(0, 0), "..........");
        assert_eq!(bar(u64::MAX - 1, u64::MAX), "#########.");
    }

    #[test]
    fn colours_are_left_away_where_there_are_none() {
        assert_eq!(Look::PLAIN.paint(Colour::Red, "x"), "x");
        assert_eq!(Look { colour: true, ..Look::PLAIN }.paint(Colour::Red, "x"), "\x1b[31mx\x1b[0m");
    }
}
