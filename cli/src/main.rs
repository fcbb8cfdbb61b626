//! The process: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    docker_smsvc::run(std::env::args_os().skip(1))
}
