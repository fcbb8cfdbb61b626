//! From text to tokens (Go `text/template/parse/lex.go`).

use super::token::{KEYWORDS, Kind, Token};

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
/// The letters that count as white space around `{{-` and `-}}`.
const SPACES: &[char] = &[' ', '\t', '\r', '\n'];

/// All tokens of a text. The last one is the end, or an error.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, start: 0, depth: 0, tokens: Vec::new() };
    while lexer.text_and_action() {}
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    start: usize,
    /// Open parentheses.
    depth: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn push(&mut self, kind: Kind, text: String) {
        let line = 1 + self.text[..self.start].matches('\n').count();
        self.tokens.push(Token { kind, text, at: self.start, line });
        self.start = self.at;
    }

    fn emit(&mut self, kind: Kind) {
        self.push(kind, self.text[self.start..self.at].to_owned());
    }

    fn error(&mut self, message: impl Into<String>) -> bool {
        // An error stands on the line where the lexer has arrived.
        let line = 1 + self.text[..self.start].matches('\n').count();
        self.tokens.push(Token { kind: Kind::Error, text: message.into(), at: self.start, line });
        false
    }

    /// One stretch of text and the action behind it; whether there may be more.
    fn text_and_action(&mut self) -> bool {
        let Some(length) = self.rest().find(LEFT) else {
            self.at = self.text.len();
            if self.at > self.start {
                self.emit(Kind::Text);
            }
            self.emit(Kind::End);
            return false;
        };
        let open = self.at + length;
        let inside = &self.text[open + LEFT.len()..];
        let trims = inside.strip_prefix('-').is_some_and(|rest| rest.starts_with(SPACES));
        let before = &self.text[self.at..open];
        let kept = if trims { before.trim_end_matches(SPACES) } else { before };
        self.at += kept.len();
        if !kept.is_empty() {
            self.emit(Kind::Text);
        }
        self.start = open;
        self.at = open + LEFT.len();
        let body = if trims { &inside[2..] } else { inside };
        if body.starts_with("/*") {
            return self.comment(self.text.len() - body.len());
        }
        self.emit(Kind::LeftDelim);
        if trims {
            self.at += 2;
            self.start = self.at;
        }
        self.depth = 0;
        self.action()
    }

    /// From the `/*` that starts at a byte.
    fn comment(&mut self, from: usize) -> bool {
        let Some(length) = self.text[from..].find("*/") else { return self.error("unclosed comment") };
        self.at = from + length + 2;
        if !self.right_delim() {
            return self.error("comment ends before closing delimiter");
        }
        self.start = self.at;
        true
    }

    /// Passes `}}` or ` -}}` with the white space behind it, where one of them stands here.
    fn right_delim(&mut self) -> bool {
        let rest = self.rest();
        if let Some(tail) = rest.strip_prefix(SPACES).and_then(|rest| rest.strip_prefix("-}}")) {
            self.at = self.text.len() - tail.trim_start_matches(SPACES).len();
            return true;
        }
        let plain = rest.starts_with(RIGHT);
        if plain {
            self.at += RIGHT.len();
        }
        plain
    }

    /// The inside of an action up to its end.
    fn action(&mut self) -> bool {
        loop {
            let before = self.at;
            if self.right_delim() {
                if self.depth > 0 {
                    self.at = before;
                    return self.error("unclosed left paren");
                }
                self.push(Kind::RightDelim, RIGHT.to_owned());
                return true;
            }
            let Some(letter) = self.next() else { return self.error("unclosed action") };
            let going_on = match letter {
                letter if SPACES.contains(&letter) => self.spaces(),
                '=' => self.one(Kind::Assign),
                ':' if self.peek() == Some('=') => {
                    self.at += 1;
                    self.one(Kind::Declare)
                }
                ':' => self.error("expected :="),
                '|' => self.one(Kind::Pipe),
                '"' => self.quoted('"', Kind::Quoted, "unterminated quoted string"),
                '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
                '`' => self.raw(),
                '$' => self.field_or_variable(Kind::Variable, Kind::Variable),
                '.' if !self.peek().is_some_and(|next| next.is_ascii_digit()) => {
                    self.field_or_variable(Kind::Dot, Kind::Field)
                }
                '.' | '+' | '-' | '0'..='9' => self.number(),
                letter if is_word(letter) => self.word(),
                '(' => {
                    self.depth += 1;
                    self.one(Kind::LeftParen)
                }
                ')' if self.depth == 0 => self.error("unexpected right paren"),
                ')' => {
                    self.depth -= 1;
                    self.one(Kind::RightParen)
                }
                letter if letter.is_ascii() && !letter.is_ascii_control() => self.one(Kind::Char),
                letter => self.error(format!("unrecognized character in action: {}", code_point(letter))),
            };
            if !going_on {
                return false;
            }
        }
    }

    fn one(&mut self, kind: Kind) -> bool {
        self.emit(kind);
        true
    }

    /// The space before `-}}` belongs to the delimiter.
    fn spaces(&mut self) -> bool {
        self.at = self.start;
        while self.rest().starts_with(SPACES) && !self.rest()[1..].starts_with("-}}") {
            self.at += 1;
        }
        if self.at > self.start {
            self.emit(Kind::Space);
        }
        true
    }

    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> bool {
        loop {
            match self.next() {
                Some('\\') if self.peek().is_some_and(|next| next != '\n') => {
                    self.next();
                }
                None | Some('\n' | '\\') => return self.error(unterminated),
                Some(letter) if letter == quote => return self.one(kind),
                Some(_) => {}
            }
        }
    }

    fn raw(&mut self) -> bool {
        let Some(length) = self.rest().find('`') else { return self.error("unterminated raw quoted string") };
        self.at += length + 1;
        self.one(Kind::Raw)
    }

    fn field_or_variable(&mut self, alone: Kind, named: Kind) -> bool {
        if self.at_terminator() {
            return self.one(alone);
        }
        self.pass_word();
        self.end_of_word(named)
    }

    fn word(&mut self) -> bool {
        self.pass_word();
        let kind = match &self.text[self.start..self.at] {
            "true" | "false" => Kind::Bool,
            "nil" => Kind::Nil,
            word if KEYWORDS.contains(&word) => Kind::Keyword,
            _ => Kind::Identifier,
        };
        self.end_of_word(kind)
    }

    fn pass_word(&mut self) {
        while self.peek().is_some_and(is_word) {
            self.next();
        }
    }

    fn end_of_word(&mut self, kind: Kind) -> bool {
        if self.at_terminator() {
            return self.one(kind);
        }
        let letter = self.peek().map(code_point).unwrap_or_default();
        self.error(format!("bad character {letter}"))
    }

    fn at_terminator(&self) -> bool {
        let ends = |letter: char| SPACES.contains(&letter) || ".,|:()".contains(letter);
        self.peek().is_none_or(ends) || self.rest().starts_with(RIGHT)
    }

    fn number(&mut self) -> bool {
        self.at = self.start;
        if self.rest().starts_with(['+', '-']) {
            self.at += 1;
        }
        let prefix = self.rest().get(..2).map(str::to_ascii_lowercase);
        let (digits, exponent) = match prefix.as_deref() {
            Some("0x") => ("0123456789abcdefABCDEF_", ['p', 'P']),
            Some("0o") => ("01234567_", ['e', 'E']),
            Some("0b") => ("01_", ['e', 'E']),
            _ => ("0123456789_", ['e', 'E']),
        };
        if digits.len() != 11 {
            self.at += 2;
        }
        self.pass(digits);
        if self.rest().starts_with('.') {
            self.at += 1;
            self.pass(digits);
        }
        if self.rest().starts_with(exponent) {
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.pass("0123456789_");
        }
        if self.peek().is_some_and(is_word) {
            self.next();
            let shown = crate::flags::grammar::quote(&self.text[self.start..self.at]);
            return self.error(format!("bad number syntax: {shown}"));
        }
        self.one(Kind::Number)
    }

    fn pass(&mut self, letters: &str) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|letter| letters.contains(letter)).len();
    }
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

/// Go's `%#U`.
fn code_point(letter: char) -> String {
    format!("U+{:04X} '{letter}'", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, String)> {
        lex(text).into_iter().map(|token| (token.kind, token.text)).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        kinds(text).into_iter().filter(|(kind, _)| *kind == Kind::Text).map(|(_, text)| text).collect()
    }

    #[test]
    fn a_dash_beside_a_delimiter_takes_the_white_space_away() {
        assert_eq!(texts("a {{- 1 -}} \n b"), ["a", "b"]);
        assert_eq!(texts("a {{-1}} b"), ["a ", " b"]);
        assert_eq!(texts("a {{- /* c */ -}} b"), ["a", "b"]);
        assert_eq!(texts("{{/* c */}}x"), ["x"]);
    }

    #[test]
    fn words_of_an_action_are_told_apart() {
        let kinds: Vec<Kind> = kinds("{{if .A $x := 1}}").into_iter().map(|(kind, _)| kind).collect();
        let expected = [
            Kind::LeftDelim,
            Kind::Keyword,
            Kind::Space,
            Kind::Field,
            Kind::Space,
            Kind::Variable,
            Kind::Space,
            Kind::Declare,
            Kind::Space,
            Kind::Number,
            Kind::RightDelim,
            Kind::End,
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn what_cannot_be_read_ends_with_an_error() {
        for (text, error) in [
            ("{{", "unclosed action"),
            ("{{(", "unclosed action"),
            ("{{(}}", "unclosed left paren"),
            ("{{)}}", "unexpected right paren"),
            ("{{\"a}}", "unterminated quoted string"),
            ("{{`a}}", "unterminated raw quoted string"),
            ("{{/* a}}", "unclosed comment"),
            ("{{:}}", "expected :="),
            ("{{1a}}", "bad number syntax: \"1a\""),
            ("{{a#}}", "bad character U+0023 '#'"),
        ] {
            let last = kinds(text).pop().unwrap();
            assert_eq!(last, (Kind::Error, error.to_owned()), "{text}");
        }
    }
}
