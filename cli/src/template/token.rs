//! The words of a template.

use crate::flags::grammar::quote;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text cannot be taken apart further; the token's text says why.
    Error,
    /// Text outside of actions.
    Text,
    /// `{{`
    LeftDelim,
    /// `}}`
    RightDelim,
    /// White space inside an action.
    Space,
    /// `true`, `false`
    Bool,
    /// A single character such as `,`.
    Char,
    /// `'a'`
    CharConstant,
    /// `"a"`
    Quoted,
    /// A string in backticks.
    Raw,
    /// `12`, `0x1f`, `1.5`
    Number,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// `|`
    Pipe,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `.`
    Dot,
    /// `.Name`
    Field,
    /// `$`, `$x`
    Variable,
    /// A function's name.
    Identifier,
    /// `nil`
    Nil,
    /// `if`, `end` …
    Keyword,
    /// The end of the template.
    End,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// The byte of the template where it starts.
    pub(super) at: usize,
    /// The line where it starts, from 1.
    pub(super) line: usize,
}

/// The words that structure a template.
pub(super) const KEYWORDS: [&str; 10] =
    ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

impl Token {
    /// As Go's errors show it.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::End => "EOF".to_owned(),
            Kind::Error => self.text.clone(),
            Kind::Keyword | Kind::Dot | Kind::Nil => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                format!("{}...", quote(&self.text.chars().take(10).collect::<String>()))
            }
            _ => quote(&self.text).clone(),
        }
    }
}
