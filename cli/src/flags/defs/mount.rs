//! What the containers find in their file system.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, values};

/// `--mount`
#[derive(Debug)]
pub(in crate::flags) struct Mount;

impl Flag for Mount {
    fn long(&self) -> &'static str {
        "mount"
    }

    fn takes(&self) -> Takes {
        Takes::Many("MOUNT")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn summary(&self) -> &'static str {
        "Attach a filesystem mount to the service"
    }

    fn details(&self) -> &'static str {
        "Fields with commas between them; a volume unless `type` says otherwise:\n  \
         --mount source=data,target=/data\n  \
         --mount type=bind,source=./conf,target=/etc/app,readonly\n  \
         --mount type=tmpfs,target=/tmp,tmpfs-size=64m"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.mounts.push(values::mount(value, &draft.shell.directory)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{Asked, Shell, parse, request_of};

    #[test]
    fn mount_keeps_its_order() {
        let request = request_of(&["--mount", "target=/b", "--mount", "type=tmpfs,target=/a", "nginx"]);
        let targets: Vec<_> = request.container.mounts.iter().map(|mount| mount.target.as_str()).collect();
        assert_eq!(targets, ["/b", "/a"]);
    }

    #[test]
    fn mount_starts_a_relative_source_at_the_working_directory() {
        let shell = Shell { directory: "/srv/app".into(), ..Shell::default() };
        let line = ["--mount", "type=bind,source=../x,target=/a", "nginx"].map(str::to_owned);
        let Ok(Asked::For(request)) = parse(&line, &shell) else { panic!("not a request") };
        assert_eq!(request.container.mounts[0].source, "/srv/x");
    }
}
