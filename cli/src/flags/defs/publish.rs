//! Which ports are open to the outside.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, values};

/// `-p`, `--publish`
#[derive(Debug)]
pub(in crate::flags) struct Publish;

impl Flag for Publish {
    fn long(&self) -> &'static str {
        "publish"
    }

    fn short(&self) -> Option<char> {
        Some('p')
    }

    fn takes(&self) -> Takes {
        Takes::Many("PORT")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn summary(&self) -> &'static str {
        "Publish a port as a node port"
    }

    fn details(&self) -> &'static str {
        "The short form `[PUBLISHED:]TARGET[/PROTOCOL]` takes ranges, and always publishes through the routing \
         mesh; the long form can open the port on just the nodes that run a task:\n  \
         -p 8080:80\n  -p 6000-6002:6000-6002/udp\n  -p target=80,published=8080,protocol=tcp,mode=host"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.ports.extend(values::publish(value)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::PublishMode;

    #[test]
    fn publish_collects_ports_of_both_forms_in_order() {
        let ports = request_of(&["-p", "81-82:80", "-p", "target=443,mode=host", "nginx"]).ports;
        let targets: Vec<_> = ports.iter().map(|port| (port.published, port.target, port.mode)).collect();
        assert_eq!(
            targets,
            [
                (Some(81), 80, PublishMode::Ingress),
                (Some(82), 80, PublishMode::Ingress),
                (None, 443, PublishMode::Host)
            ]
        );
    }

    #[test]
    fn publish_names_both_its_spellings_in_an_error() {
        assert_eq!(
            parse_line(&["-p", "1.2.3.4:80:80", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"1.2.3.4:80:80\" for \"-p, --publish\" flag: hostip is not supported"
        );
    }
}
