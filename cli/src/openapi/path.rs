//! Paths: from the notations of other gateways to ours.

/// A path as labels write it.
///
/// * `:name` as a whole segment is `{name}`, as frameworks write it.
/// * `{name+}` as the last segment is `{name*}`, as gateways of cloud providers write a parameter that takes all
///   that follows.
pub(super) fn template(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let segment = |segment: &str| {
        if let Some(name) = segment.strip_prefix(':').filter(|name| is_identifier(name)) {
            return format!("{{{name}}}");
        }
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix("+}")) {
            Some(name) if std::ptr::eq(segment, last) && !name.contains(['{', '}']) => format!("{{{name}*}}"),
            _ => segment.to_owned(),
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn is_identifier(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_notations_of_parameters_are_read() {
        for (given, expected) in [
            ("/pets/{id}", "/pets/{id}"),
            ("/pets/:id/toys", "/pets/{id}/toys"),
            ("/v1/users:batch", "/v1/users:batch"),
            ("/:7", "/:7"),
            ("/files/{path+}", "/files/{path*}"),
            ("/{path+}/x", "/{path+}/x"),
            ("", ""),
        ] {
            assert_eq!(template(given), expected, "{given}");
        }
    }
}
