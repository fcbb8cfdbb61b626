//! Words as a shell would split them: the lexer of google/shlex.

/// A text that ends too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Within quotes.
    #[error("EOF found when expecting closing quote")]
    Quote,
    /// Behind a backslash.
    #[error("EOF found after escape character")]
    Escape,
}

/// Splits at spaces, tabs and line breaks.
///
/// Single quotes keep everything, double quotes keep everything but backslashes, and a backslash keeps the letter
/// behind it, whatever it is: there is no `\n`. A `#` where a word could begin starts a comment, to the end of
/// the line. Nothing is expanded.
pub fn words(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '#' if word.is_none() => drop(letters.by_ref().find(|letter| *letter == '\n')),
            '\\' => word.get_or_insert_default().push(letters.next().ok_or(WordsError::Escape)?),
            '\'' | '"' => quoted(letter, &mut letters, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(quote: char, letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), WordsError> {
    loop {
        match letters.next().ok_or(WordsError::Quote)? {
            letter if letter == quote => return Ok(()),
            '\\' if quote == '"' => word.push(letters.next().ok_or(WordsError::Escape)?),
            letter => word.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_and_backslashes_protect() {
        for (text, expected) in [
            ("a \"b c\" 'd  e'", &["a", "b c", "d  e"][..]),
            ("a\"b\"'c'd", &["abcd"]),
            ("a \"\" ''", &["a", "", ""]),
            ("x\\ y \\\"", &["x y", "\""]),
            ("\"a\\n\\\"b\" 'c\\d'", &["an\"b", "c\\d"]),
            (" \t\r\n", &[]),
            ("", &[]),
        ] {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_comment_begins_where_a_word_could() {
        assert_eq!(words("#c\nb a#b# #x y\nz").unwrap(), ["b", "a#b#", "z"]);
        assert_eq!(words("''#a").unwrap(), ["#a"]);
    }

    #[test]
    fn an_open_end_is_an_error() {
        for text in ["\"", "'a", "\"a\\\""] {
            assert_eq!(words(text), Err(WordsError::Quote), "{text}");
        }
        for text in ["\\", "a\\", "\"\\"] {
            assert_eq!(words(text), Err(WordsError::Escape), "{text}");
        }
    }

    proptest! {
        #[test]
        fn quoted_words_are_read_back(expected in prop::collection::vec("[a #\"\\\\\né]{0,6}", 0..5)) {
            let text: Vec<String> = expected.iter().map(|word| format!("'{word}'")).collect();
            prop_assert_eq!(words(&text.join(" ")), Ok(expected));
        }
    }
}
