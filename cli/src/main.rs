//! The process: arguments in, exit code out.

use std::process::ExitCode;

// Released programs are linked with musl, whose own allocator is slow.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    docker_smsvc::run(std::env::args_os().skip(1))
}
