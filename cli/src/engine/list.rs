//! What can be listed of a swarm, and the filters that the engine applies.

use std::collections::{BTreeMap, BTreeSet};

use super::read::escape;
use crate::args::Filter;

/// A list that the engine keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// `GET /services`.
    Services,
    /// `GET /services?status=true`: with the number of running and of wanted tasks.
    ServicesWithStatus,
    /// `GET /tasks`.
    Tasks,
    /// `GET /nodes`.
    Nodes,
    /// `GET /networks`.
    Networks,
    /// `GET /configs`.
    Configs,
    /// `GET /secrets`.
    Secrets,
    /// `GET /images/json`: of the engine that is asked.
    Images,
}

impl Listed {
    /// The path, without the version of the API.
    pub(super) fn path(self, filters: &Filters) -> String {
        let (path, status) = match self {
            Self::Services => ("/services", None),
            Self::ServicesWithStatus => ("/services", Some("status=true".to_owned())),
            Self::Tasks => ("/tasks", None),
            Self::Nodes => ("/nodes", None),
            Self::Networks => ("/networks", None),
            Self::Configs => ("/configs", None),
            Self::Secrets => ("/secrets", None),
            Self::Images => ("/images/json", None),
        };
        let query: Vec<String> = filters.query().into_iter().chain(status).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// `--filter key=value`: values of one key are alternatives, keys have to hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<String, BTreeSet<String>>);

impl Filters {
    /// No filter: everything.
    pub fn none() -> Self {
        Self::default()
    }

    /// With one more alternative for a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0.entry(key.to_owned()).or_default().insert(value.to_owned());
        self
    }

    /// Those of a command line.
    pub fn given(filters: &[Filter]) -> Self {
        filters.iter().fold(Self::none(), |all, filter| all.with(&filter.key, &filter.value))
    }

    /// Replaces the values of a key, where it has any.
    pub fn map(&mut self, key: &str, replace: impl Fn(String) -> String) {
        if let Some(values) = self.0.get_mut(key) {
            *values = std::mem::take(values).into_iter().map(replace).collect();
        }
    }

    /// The values of a key.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.get(key).into_iter().flatten().map(String::as_str)
    }

    /// `filters=…` with the JSON that the engine reads: `{"name":{"web":true}}`.
    fn query(&self) -> Option<String> {
        let values = |set: &BTreeSet<String>| set.iter().map(|value| (value.clone(), true)).collect();
        let keys: BTreeMap<&str, BTreeMap<String, bool>> =
            self.0.iter().map(|(key, set)| (key.as_str(), values(set))).collect();
        (!keys.is_empty()).then(|| format!("filters={}", escape(&serde_json::json!(keys).to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_written_as_the_engine_reads_them() {
        let filters = Filters::none().with("name", "web").with("name", "api").with("mode", "global");
        let path = Listed::ServicesWithStatus.path(&filters);
        let (path, query) = path.split_once('?').unwrap();
        assert_eq!(path, "/services");
        let expected = escape(r#"{"mode":{"global":true},"name":{"api":true,"web":true}}"#);
        assert_eq!(query, format!("filters={expected}&status=true"));
        assert_eq!(Listed::Tasks.path(&Filters::none()), "/tasks");
    }
}
