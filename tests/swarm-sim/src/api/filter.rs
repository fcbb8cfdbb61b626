//! `filters` of the lists: `{"name":["a"]}` or, as older clients send it, `{"name":{"a":true}}`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Refusal;

/// Values by key. An entry passes when it matches one value of every key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<String, Vec<String>>);

impl Filters {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let refused = || Refusal::bad("invalid filter");
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else { return Err(refused()) };
        let mut filters = BTreeMap::new();
        for (key, values) in fields {
            let values = match values {
                Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                Value::Object(set) => {
                    set.into_iter().filter(|(_, on)| on == true).map(|(value, _)| value).collect()
                }
                _ => return Err(refused()),
            };
            filters.insert(key, values);
        }
        Ok(Self(filters))
    }

    /// Refuses keys that this list does not know.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(Refusal::bad(&format!("invalid filter '{unknown}'"))),
            None => Ok(()),
        }
    }

    pub(super) fn values(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice).filter(|values| !values.is_empty())
    }

    /// Whether the key is not asked for, or one of its values fits.
    pub(super) fn any(&self, key: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.values(key).is_none_or(|values| values.iter().any(|value| fits(value)))
    }

    pub(super) fn prefix(&self, key: &str, text: &str) -> bool {
        self.any(key, |value| text.starts_with(value))
    }

    /// Labels as `key` or `key=value`; all of them have to fit.
    pub(super) fn labels(&self, key: &str, label: impl Fn(&str) -> Option<String>) -> bool {
        self.values(key).unwrap_or_default().iter().all(|wanted| match wanted.split_once('=') {
            Some((name, value)) => label(name).is_some_and(|have| have == value),
            None => label(wanted).is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_filters_are_read() {
        let list = Filters::parse(r#"{"name":["a","b"]}"#).unwrap();
        assert_eq!(list, Filters::parse(r#"{"name":{"a":true,"b":true,"c":false}}"#).unwrap());
        assert!(list.prefix("name", "beta") && !list.prefix("name", "cow") && list.prefix("id", "x"));
        assert!(Filters::parse("[").is_err() && list.only(&["id"]).is_err());
    }
}
