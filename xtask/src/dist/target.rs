//! What programs are built for, and what a machine needs to build them.
//!
//! Rust brings the linker and the C library of these targets along. One dependency has code in C and assembler (`ring`), so
//! a C compiler is needed, and none of the C library's headers but those of the language.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use anyhow::Result;
use smsvc_tests::artifact::{self, cargo, workspace};
use smsvc_tests::process::{find, output};

/// A target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// `x86_64`.
    Amd64,
    /// `aarch64`.
    Arm64,
}

impl Target {
    /// All that are released.
    pub(super) const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// That of this machine.
    pub(super) fn of_this_machine() -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.machine() == env::consts::ARCH)
    }

    /// As images name it.
    pub(super) const fn architecture(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// As compilers name it.
    const fn machine(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64",
            Self::Arm64 => "aarch64",
        }
    }

    /// The C compilers that will do, the best first, each with its Debian package.
    fn compilers(self) -> Vec<(String, String)> {
        let machine = self.machine();
        let mut known = vec![(format!("{machine}-linux-musl-gcc"), "a musl cross compiler".to_owned())];
        let package = format!("gcc-{}-linux-gnu", machine.replace('_', "-"));
        known.push((format!("{machine}-linux-gnu-gcc"), package));
        if machine == env::consts::ARCH {
            known.push(("cc".to_owned(), "gcc".to_owned()));
        }
        known
    }

    /// The variable that names the C compiler to cargo's build scripts.
    fn compiler_variable(self) -> String {
        format!("CC_{}", self.to_string().replace('-', "_"))
    }

    /// The compiler of the user's, else the first that is there.
    fn compiler(self) -> Option<OsString> {
        env::var_os(self.compiler_variable()).or_else(|| {
            self.compilers().into_iter().find_map(|(name, _)| find(&name)).map(PathBuf::into_os_string)
        })
    }

    /// What this machine lacks for it, and how it comes by that.
    pub(super) fn lacking(self) -> Result<Option<String>> {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", &self.to_string()]).current_dir(workspace());
        let library = output(&mut rustc)?;
        if !Path::new(library.trim()).is_dir() {
            return Ok(Some(format!(
                "{self}: its standard library is not installed: rustup target add {self}"
            )));
        }
        if self.compiler().is_none() {
            let (name, package) = self.compilers().pop().unwrap_or_default();
            let variable = self.compiler_variable();
            let lack = format!(
                "{self}: there is no C compiler: install {name} (Debian package: {package}), or set {variable}"
            );
            return Ok(Some(lack));
        }
        Ok(None)
    }

    /// The plugin for it, with the guest in it.
    pub(super) fn build(self, guest: &Path) -> Result<PathBuf> {
        let triple = self.to_string();
        let mut command = cargo();
        command.args(["build", "--release", "--package", "docker-smsvc", "--target", &triple]);
        command.env("SMSVC_EMBED_GUEST", guest);
        if let Some(compiler) = self.compiler() {
            command.env(self.compiler_variable(), compiler);
        }
        let linker = format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase().replace('-', "_"));
        command.env(linker, "rust-lld");
        command.env("RUSTFLAGS", "-C link-self-contained=yes").env_remove("CARGO_ENCODED_RUSTFLAGS");
        artifact::build("docker-smsvc", &mut command)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-unknown-linux-musl", self.machine())
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let [one, other] = Self::ALL;
        let found = Self::ALL.into_iter().find(|target| target.to_string() == text);
        found.ok_or_else(|| format!("it is not released; {one} and {other} are"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_what_it_is_called() {
        for target in Target::ALL {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
        assert!(
            "x86_64-unknown-linux-gnu".parse::<Target>().unwrap_err().contains("aarch64-unknown-linux-musl")
        );
        assert_eq!(Target::Arm64.compiler_variable(), "CC_aarch64_unknown_linux_musl");
    }

    #[test]
    fn the_compiler_of_this_machine_is_for_this_machine_only() {
        let with_cc =
            Target::ALL.into_iter().filter(|it| it.compilers().iter().any(|(name, _)| name == "cc"));
        assert!(with_cc.count() <= 1);
        assert_eq!(Target::Arm64.compilers()[1].1, "gcc-aarch64-linux-gnu");
        assert_eq!(Target::Amd64.compilers()[1].1, "gcc-x86-64-linux-gnu");
    }
}
