//! The value of `--mount`: `type=bind,source=/data,target=/srv,readonly`.

use std::path::Path;

use crate::flags::grammar::{CsvError, first_record, parse_bool, parse_uint, ram_in_bytes};
use crate::flags::shell::absolute;
use crate::service::{BindOptions, Mount, TmpfsOptions, VolumeOptions};

/// Why a text is not a mount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MountError {
    /// Not a list of fields.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A field without `=` that is no switch.
    #[error("invalid field '{field}' must be a key=value pair")]
    Field {
        /// The field as it was given.
        field: String,
    },
    /// A key that Docker does not know.
    #[error("unexpected key '{key}' in '{field}'")]
    Key {
        /// The key in lower case.
        key: String,
        /// The field as it was given.
        field: String,
    },
    /// A value that its key does not take.
    #[error("invalid value for {key}: {value}")]
    Value {
        /// The key in lower case.
        key: String,
        /// What was given.
        value: String,
    },
    /// Not one of the four ways to bind what is mounted below.
    #[error(
        "invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"
    )]
    Recursive {
        /// What was given.
        value: String,
    },
    /// An empty type.
    #[error("type is required")]
    Type,
    /// No path in the container.
    #[error("target is required")]
    Target,
    /// Options of another type of mount.
    #[error("cannot mix '{options}-*' options with mount type '{kind}'")]
    Mixed {
        /// `volume`, `bind`, `image` or `tmpfs`.
        options: &'static str,
        /// The mount's type.
        kind: String,
    },
    /// An option that works only together with another.
    #[error("option '{option}' requires '{needs}' to be specified in conjunction")]
    Needs {
        /// What was given.
        option: &'static str,
        /// What is missing.
        needs: &'static str,
    },
}

/// Reads a mount. A source that begins with a dot is a path relative to `directory`, whatever the type.
pub fn mount(value: &str, directory: &Path) -> Result<Mount, MountError> {
    let mut mount = Mount { kind: "volume".to_owned(), ..Mount::default() };
    for field in first_record(value)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.to_lowercase(), Some(value)),
            None => (field.to_lowercase(), None),
        };
        match value {
            Some(value) => set(&mut mount, &key, value, &field, directory)?,
            None => switch_on(&mut mount, &key, &field)?,
        }
    }
    check(&mount)?;
    Ok(mount)
}

fn switch_on(mount: &mut Mount, key: &str, field: &str) -> Result<(), MountError> {
    match key {
        "readonly" | "ro" => mount.read_only = true,
        "volume-nocopy" => volume(mount).no_copy = true,
        "bind-nonrecursive" => bind(mount).non_recursive = true,
        _ => return Err(MountError::Field { field: field.to_owned() }),
    }
    Ok(())
}

fn set(mount: &mut Mount, key: &str, value: &str, field: &str, directory: &Path) -> Result<(), MountError> {
    match key {
        "type" => mount.kind = value.to_lowercase(),
        "source" | "src" if value.starts_with('.') => mount.source = absolute(directory, value),
        "source" | "src" => value.clone_into(&mut mount.source),
        "target" | "dst" | "destination" => value.clone_into(&mut mount.target),
        "readonly" | "ro" => mount.read_only = truth(key, value)?,
        "consistency" => mount.consistency = value.to_lowercase(),
        "bind-propagation" => bind(mount).propagation = value.to_lowercase(),
        "bind-nonrecursive" => bind(mount).non_recursive = truth(key, value)?,
        "bind-recursive" => recursive(mount, value)?,
        "volume-nocopy" => volume(mount).no_copy = truth(key, value)?,
        "volume-label" => insert(&mut volume(mount).labels, value),
        "volume-subpath" => value.clone_into(&mut volume(mount).subpath),
        "volume-driver" => value.clone_into(&mut volume(mount).driver.name),
        "volume-opt" => insert(&mut volume(mount).driver.options, value),
        "image-subpath" => mount.image_subpath = Some(value.to_owned()),
        "tmpfs-size" => tmpfs(mount).size = ram_in_bytes(value).map_err(|_| wrong(key, value))?,
        "tmpfs-mode" => {
            let bits = parse_uint(value, 8, 32).map_err(|_| wrong(key, value))?;
            tmpfs(mount).mode = u32::try_from(bits).map_err(|_| wrong(key, value))?;
        }
        _ => return Err(MountError::Key { key: key.to_owned(), field: field.to_owned() }),
    }
    Ok(())
}

/// `enabled` is what the engine does anyway: it leaves no trace, and takes nothing back.
fn recursive(mount: &mut Mount, value: &str) -> Result<(), MountError> {
    match value {
        "enabled" => {}
        "disabled" => bind(mount).non_recursive = true,
        "writable" => bind(mount).read_only_non_recursive = true,
        "readonly" => bind(mount).read_only_force_recursive = true,
        _ => return Err(MountError::Recursive { value: value.to_owned() }),
    }
    Ok(())
}

fn check(mount: &Mount) -> Result<(), MountError> {
    if mount.kind.is_empty() {
        return Err(MountError::Type);
    }
    if mount.target.is_empty() {
        return Err(MountError::Target);
    }
    let families = [
        ("volume", mount.volume.is_some()),
        ("bind", mount.bind.is_some()),
        ("image", mount.image_subpath.is_some()),
        ("tmpfs", mount.tmpfs.is_some()),
    ];
    if let Some((options, _)) = families.into_iter().find(|(kind, given)| *given && mount.kind != *kind) {
        return Err(MountError::Mixed { options, kind: mount.kind.clone() });
    }
    let Some(bind) = &mount.bind else { return Ok(()) };
    if bind.read_only_non_recursive && !mount.read_only {
        return Err(MountError::Needs { option: "bind-recursive=writable", needs: "readonly" });
    }
    if bind.read_only_force_recursive && !mount.read_only {
        return Err(MountError::Needs { option: "bind-recursive=readonly", needs: "readonly" });
    }
    if bind.read_only_force_recursive && bind.propagation != "rprivate" {
        let needs = "bind-propagation=rprivate";
        return Err(MountError::Needs { option: "bind-recursive=readonly", needs });
    }
    Ok(())
}

fn bind(mount: &mut Mount) -> &mut BindOptions {
    mount.bind.get_or_insert_default()
}

fn volume(mount: &mut Mount) -> &mut VolumeOptions {
    mount.volume.get_or_insert_default()
}

fn tmpfs(mount: &mut Mount) -> &mut TmpfsOptions {
    mount.tmpfs.get_or_insert_default()
}

fn insert(map: &mut std::collections::BTreeMap<String, String>, pair: &str) {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if !key.is_empty() {
        map.insert(key.to_owned(), value.to_owned());
    }
}

fn truth(key: &str, value: &str) -> Result<bool, MountError> {
    parse_bool(value).map_err(|_| wrong(key, value))
}

fn wrong(key: &str, value: &str) -> MountError {
    MountError::Value { key: key.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Mount, MountError> {
        mount(value, Path::new("/home/me"))
    }

    #[test]
    fn a_mount_is_a_volume_unless_it_says_otherwise() {
        let found = read("target=/a").unwrap();
        assert_eq!((found.kind.as_str(), found.target.as_str()), ("volume", "/a"));
        assert_eq!(read("TYPE=Bind,dst=/a").unwrap().kind, "bind");
        assert_eq!(read("type=bogus,target=/a").unwrap().kind, "bogus");
    }

    #[test]
    fn a_source_that_begins_with_a_dot_is_made_absolute() {
        for (source, path) in [
            (".", "/home/me"),
            ("./", "/home/me"),
            ("..", "/home"),
            ("../../../x", "/x"),
            ("./a/../b//c/.", "/home/me/b/c"),
            (".x", "/home/me/.x"),
            ("a/b", "a/b"),
            ("~/x", "~/x"),
        ] {
            assert_eq!(read(&format!("source={source},target=/a")).unwrap().source, path, "{source}");
        }
    }

    #[test]
    fn switches_may_stand_alone_or_have_a_value() {
        for value in ["target=/a,ro", "target=/a,RO", "target=/a,readonly=1", "target=/a,ro=f,ro=t"] {
            assert!(read(value).unwrap().read_only, "{value}");
        }
        assert!(!read("readonly,target=/a,readonly=false").unwrap().read_only);
        assert!(read("target=/a,volume-nocopy").unwrap().volume.unwrap().no_copy);
    }

    #[test]
    fn recursive_enabled_leaves_no_trace() {
        assert_eq!(read("type=bind,target=/a,bind-recursive=enabled").unwrap().bind, None);
        let both = read("type=bind,target=/a,bind-recursive=disabled,bind-recursive=enabled").unwrap();
        assert!(both.bind.unwrap().non_recursive);
    }

    #[test]
    fn a_key_of_a_map_may_have_no_value_but_a_value_needs_a_key() {
        let found = read("target=/a,volume-label=a=b,volume-label=c,volume-label==x").unwrap();
        let labels = found.volume.unwrap().labels;
        assert_eq!(
            labels.into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), "b".to_owned()), ("c".to_owned(), String::new())]
        );
    }

    #[test]
    fn a_bad_field_is_named() {
        for (value, message) in [
            ("", "EOF"),
            ("target=/a,Foo", "invalid field 'Foo' must be a key=value pair"),
            ("target=/a,", "invalid field '' must be a key=value pair"),
            ("target=/a,FOO=1", "unexpected key 'foo' in 'FOO=1'"),
            ("target=/a,=x", "unexpected key '' in '=x'"),
            ("target=/a,RO=x", "invalid value for ro: x"),
            ("type=tmpfs,target=/a,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"),
            ("type=tmpfs,target=/a,tmpfs-size=-1", "invalid value for tmpfs-size: -1"),
            ("type=,target=/a", "type is required"),
            ("source=x", "target is required"),
            ("type=tmpfs,target=/a,volume-nocopy", "cannot mix 'volume-*' options with mount type 'tmpfs'"),
            ("target=/a,image-subpath=x", "cannot mix 'image-*' options with mount type 'volume'"),
            (
                "type=bind,target=/a,bind-recursive=Writable,ro",
                "invalid value for bind-recursive: Writable (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")",
            ),
            (
                "type=bind,target=/a,bind-recursive=writable",
                "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction",
            ),
            (
                "type=bind,target=/a,bind-recursive=readonly,ro",
                "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction",
            ),
        ] {
            assert_eq!(read(value).unwrap_err().to_string(), message, "{value}");
        }
    }
}
