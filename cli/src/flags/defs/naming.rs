//! What the service is called.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, values};

/// `--name`
#[derive(Debug)]
pub(in crate::flags) struct Name;

impl Flag for Name {
    fn long(&self) -> &'static str {
        "name"
    }

    fn takes(&self) -> Takes {
        Takes::One("NAME")
    }

    fn heading(&self) -> Heading {
        Heading::Service
    }

    fn summary(&self) -> &'static str {
        "Service name"
    }

    fn details(&self) -> &'static str {
        "Without a name the engine makes one up. A service of an API group needs a name of its own."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.name);
        Ok(())
    }
}

/// `-l`, `--label`
#[derive(Debug)]
pub(in crate::flags) struct Label;

impl Flag for Label {
    fn long(&self) -> &'static str {
        "label"
    }

    fn short(&self) -> Option<char> {
        Some('l')
    }

    fn takes(&self) -> Takes {
        Takes::Many("KEY[=VALUE]")
    }

    fn heading(&self) -> Heading {
        Heading::Service
    }

    fn summary(&self) -> &'static str {
        "Service labels"
    }

    fn details(&self) -> &'static str {
        "The last value of a key counts. Labels that begin with `smsvc.` declare the service's place in an API \
         group; the flags of the section API group write the same labels."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        values::check_label(value)?;
        draft.labels.push(value.to_owned());
        Ok(())
    }
}

/// `--container-label`
#[derive(Debug)]
pub(in crate::flags) struct ContainerLabel;

impl Flag for ContainerLabel {
    fn long(&self) -> &'static str {
        "container-label"
    }

    fn takes(&self) -> Takes {
        Takes::Many("KEY[=VALUE]")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Container labels"
    }

    fn details(&self) -> &'static str {
        "Labels of each container, which are not labels of the service. The last value of a key counts."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        values::check_label(value)?;
        let (key, text) = value.split_once('=').unwrap_or((value, ""));
        draft.container.labels.insert(key.to_owned(), text.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn name_is_taken_as_it_is() {
        assert_eq!(request_of(&["nginx"]).name, "");
        assert_eq!(request_of(&["--name", "a b", "nginx"]).name, "a b");
    }

    #[test]
    fn label_keeps_the_last_value_of_a_key() {
        let labels = request_of(&["-l", "a=1", "--label", "a=2=3", "-lb", "-l", " c=x", "nginx"]).labels;
        let labels: Vec<_> = labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(labels, [(" c", "x"), ("a", "2=3"), ("b", "")]);
    }

    #[test]
    fn label_needs_a_key() {
        assert_eq!(
            parse_line(&["-l", "=b", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"=b\" for \"-l, --label\" flag: invalid label '=b': empty name"
        );
    }

    #[test]
    fn container_label_is_no_label_of_the_service() {
        let line =
            ["--container-label", "a=1", "--container-label", "a=2=3", "--container-label", "b", "nginx"];
        let request = request_of(&line);
        let labels: Vec<_> =
            request.container.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(labels, [("a", "2=3"), ("b", "")]);
        assert!(request.labels.is_empty());
        assert!(parse_line(&["--container-label", "=b", "nginx"]).is_err());
    }
}
