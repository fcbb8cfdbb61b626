//! Rust source without its comments and literals: what is left is code, so that a word in a text breaks no
//! rule.

/// The code of one file, line by line.
pub(crate) struct Source {
    lines: Vec<String>,
}

impl Source {
    /// Blanks comments, strings and characters out.
    pub(crate) fn read(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let mut code = String::with_capacity(text.len());
        let mut at = 0;
        while at < letters.len() {
            let rest = &letters[at..];
            if let Some(length) = end_of_literal(rest, code.chars().next_back()) {
                code.extend(rest[..length].iter().map(|letter| if *letter == '\n' { '\n' } else { ' ' }));
                at += length;
            } else {
                code.push(rest[0]);
                at += 1;
            }
        }
        Self { lines: code.lines().map(str::to_owned).collect() }
    }

    /// The lines of code with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }
}

/// Whether a line has `word` with no letter, digit or underscore on either side.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

/// The length of the comment or literal that starts here, if one does.
fn end_of_literal(rest: &[char], before: Option<char>) -> Option<usize> {
    let starts =
        |text: &str| text.chars().enumerate().all(|(index, letter)| rest.get(index) == Some(&letter));
    if starts("//") {
        return Some(rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len()));
    }
    if starts("/*") {
        return Some(end_of_block_comment(rest));
    }
    let in_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    match rest[0] {
        '"' => Some(end_of_quotes(rest, '"')),
        'r' if !in_name || before == Some('b') => end_of_raw_string(rest),
        // A lifetime is a quote too, but none follows its first letter.
        '\'' if rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'') => Some(end_of_quotes(rest, '\'')),
        _ => None,
    }
}

/// Block comments nest.
fn end_of_block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match (rest[at], rest.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_quotes(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            letter if letter == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#` and so on; `None` for a raw identifier or a name that starts with r.
fn end_of_raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let start = hashes + 2;
    let closes = |at: usize| rest[at] == '"' && (1..=hashes).all(|next| rest.get(at + next) == Some(&'#'));
    Some((start..rest.len()).find(|at| closes(*at)).map_or(rest.len(), |at| at + 1 + hashes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let lines: Vec<String> = Source::read(text).lines;
        lines.join("\n").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_blanked_and_code_stays() {
        assert_eq!(code("a // unsafe\nb /* x /* y */ z */ c"), "a b c");
        assert_eq!(code(r#"f("unsafe \" more", 'u', '\'', b"x") g"#), "f( , , , b ) g");
        assert_eq!(code(r##"f(r#"un"safe"#, br"x") g"##), "f( , b ) g");
        assert_eq!(code("fn f<'a>(x: &'a str) -> r#type"), "fn f<'a>(x: &'a str) -> r#type");
    }

    #[test]
    fn line_numbers_stay_right_after_a_text_of_several_lines() {
        let source = Source::read("let a = \"x\ny\nz\";\nunsafe");
        assert_eq!(source.lines().last(), Some((4, "unsafe")));
    }

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(has_word("unsafe {", "unsafe") && has_word("a::println!(", "println"));
        assert!(!has_word("forbid(unsafe_code)", "unsafe") && !has_word("eprintln!", "println"));
    }
}
