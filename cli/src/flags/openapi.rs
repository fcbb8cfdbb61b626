//! `--openapi` and the flags that say how it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use smsvc_core::labels::{PREFIX, route_options};
use smsvc_core::name::Name;

use super::request_error::RequestError;
use super::shell::Shell;
use crate::error::OpenApiFileError;
use crate::openapi::{Import, ImportOptions, OpenApiError, PrefixFrom, Selection, read};

/// The words of these flags.
#[derive(Debug, Default)]
pub(super) struct OpenApiWords {
    pub(super) file: Option<PathBuf>,
    pub(super) selection: Selection,
    pub(super) prefix: PrefixFrom,
    pub(super) strict: bool,
}

impl OpenApiWords {
    /// Reads the description, where one is named. Routes of other flags and labels keep their names.
    pub(super) fn import(
        &self,
        shell: &Shell,
        routes: &[String],
        labels: &BTreeMap<String, String>,
    ) -> Result<Option<Import>, RequestError> {
        let Some(file) = &self.file else {
            let flags = [
                ("tag", !self.selection.tags.is_empty()),
                ("operation", !self.selection.operations.is_empty()),
                ("prefix-from", self.prefix != PrefixFrom::default()),
                ("strict", self.strict),
            ];
            return match flags.into_iter().find(|(_, given)| *given) {
                Some((flag, _)) => Err(RequestError::OpenApiMissing { flag }),
                None => Ok(None),
            };
        };
        let wrong = |cause| RequestError::OpenApi(OpenApiFileError { file: file.clone(), cause });
        let options = ImportOptions {
            selection: self.selection.clone(),
            prefix: self.prefix,
            strict: self.strict,
            taken: taken(routes, labels)?,
            ..ImportOptions::default()
        };
        let bytes = (shell.read)(&shell.directory.join(file))
            .map_err(|error| wrong(OpenApiError::Unreadable(error.to_string())))?;
        read(&bytes, &options).map(Some).map_err(wrong)
    }
}

/// The names of the routes that `--route` and labels declare.
fn taken(routes: &[String], labels: &BTreeMap<String, String>) -> Result<BTreeSet<Name>, RequestError> {
    let by_flags = route_options(routes).map_err(RequestError::Routes)?;
    let by_labels = labels.keys().filter_map(|label| {
        let key = label.to_ascii_lowercase();
        let (name, _) = key.strip_prefix(PREFIX)?.strip_prefix("route.")?.split_once('.')?;
        Name::parse(name).ok()
    });
    Ok(by_flags.iter().map(|route| route.name().clone()).chain(by_labels).collect())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use super::*;
    use crate::flags::{Asked, CreateRequest, FlagError, Notice, parse};

    fn file(path: &Path) -> io::Result<Vec<u8>> {
        let document = "openapi: 3.0.0\nservers: [{url: /v2}]\npaths:\n  /pets:\n    get: {operationId: list, tags: [a]}\n    put: {operationId: replace, tags: [b]}\n  /x#y: {get: {tags: [c]}}\n";
        if path.ends_with("api.yaml") { Ok(document.into()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn request(words: &str) -> Result<Box<CreateRequest>, FlagError> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        match parse(&words, &Shell { read: file, ..Shell::default() })? {
            Asked::For(request) => Ok(request),
            Asked::Help(_) => panic!("{words:?}"),
        }
    }

    fn refused(words: &str) -> RequestError {
        match request(words) {
            Err(FlagError::Request(error)) => error,
            other => panic!("{words}: {other:?}"),
        }
    }

    #[test]
    fn operations_become_routes_of_the_service() {
        let line = "--name pets --group g --openapi api.yaml --tag a --operation replace img";
        let request = request(line).unwrap();
        for (label, value) in [
            ("smsvc.base", "/v2"),
            ("smsvc.group", "g"),
            ("smsvc.route.list.path", "/pets"),
            ("smsvc.route.replace.methods", "PUT"),
        ] {
            assert_eq!(request.labels.get(label).map(String::as_str), Some(value), "{label}");
        }
        assert_eq!(request.group.unwrap().routes.len(), 2);
        assert_eq!(request.notices, []);
    }

    #[test]
    fn what_cannot_be_mapped_is_noticed_and_refused_where_that_is_asked_for() {
        let line = "--name pets --group g --openapi api.yaml";
        let request = request(&format!("{line} img")).unwrap();
        let [Notice::OpenApi { remarks, .. }] = request.notices.as_slice() else { panic!("{request:?}") };
        assert_eq!(remarks.len(), 1);
        assert_eq!(refused(&format!("{line} --strict img")).code(), Some("E182"));
    }

    #[test]
    fn a_base_that_is_given_outranks_the_servers_and_a_name_that_is_given_stays() {
        let line = "--name p --group g --openapi api.yaml --base /v9 --operation list";
        let labels = request(&format!("{line} -l smsvc.route.list.path=/mine img")).unwrap().labels;
        assert_eq!(labels["smsvc.base"], "/v9");
        assert_eq!(labels["smsvc.route.list.path"], "/mine");
        assert_eq!(labels["smsvc.route.list-2.path"], "/pets");
        let labels = request("--name p --group g --openapi api.yaml --prefix-from none img").unwrap().labels;
        assert!(!labels.contains_key("smsvc.base"));
    }

    #[test]
    fn a_file_that_gives_no_routes_is_refused() {
        assert_eq!(refused("--name p --group g --openapi none.yaml img").code(), Some("E180"));
        assert_eq!(refused("--name p --group g --openapi api.yaml --tag d img").code(), Some("E181"));
        assert_eq!(refused("--name p --tag a img"), RequestError::OpenApiMissing { flag: "tag" });
        assert_eq!(
            refused("--name p --openapi api.yaml img"),
            RequestError::GroupMissing { flag: "openapi" }
        );
    }
}
