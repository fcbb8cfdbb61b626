//! The value of `--placement-pref`: `spread=node.labels.zone`.

/// Why a text is not a placement preference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// No strategy, or nothing that it could go by.
    #[error("placement preference must be of the format \"<strategy>=<arg>\"")]
    Syntax,
    /// Another strategy than the only one there is.
    #[error("unsupported placement preference {strategy} (only spread is supported)")]
    Strategy {
        /// What was given.
        strategy: String,
    },
}

/// Reads what tasks are spread over.
pub fn placement_preference(text: &str) -> Result<String, PlacementError> {
    match text.split_once('=') {
        Some(("spread", over)) => Ok(over.to_owned()),
        Some((strategy, _)) if !strategy.is_empty() => {
            Err(PlacementError::Strategy { strategy: strategy.to_owned() })
        }
        _ => Err(PlacementError::Syntax),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_the_only_strategy() {
        assert_eq!(placement_preference("spread=a=b").as_deref(), Ok("a=b"));
        assert_eq!(placement_preference("spread=").as_deref(), Ok(""));
        for text in ["spread", "=a", ""] {
            assert_eq!(placement_preference(text), Err(PlacementError::Syntax), "{text}");
        }
        assert_eq!(placement_preference("pack=a"), Err(PlacementError::Strategy { strategy: "pack".into() }));
    }
}
