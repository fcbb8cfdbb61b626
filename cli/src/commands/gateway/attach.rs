//! `docker smsvc gateway attach`: what a Traefik of the user's own needs. Asks no engine.

use crate::args::AttachArgs;
use crate::gateway::attach_lines;
use crate::report::Report;

/// The lines go to stdout, and what else there is to do to stderr.
pub(super) fn attach(args: &AttachArgs, report: Report) {
    for line in attach_lines(&args.name, args.provider_tls) {
        report.result(&line);
    }
    report.gateway_attach_notes(&args.name, args.provider_tls);
}
