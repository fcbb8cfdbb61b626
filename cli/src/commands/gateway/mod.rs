//! `docker smsvc gateway …`.

mod attach;
mod down;
mod failure;
mod image;
mod readers;
mod status;
mod up;
mod wish;

pub use failure::GatewayError;

use super::{gateway_render, unless};
use crate::args::{GatewayArgs, GatewayCommand};
use crate::engine::{Engine, Host, Surroundings};
use crate::error::Error;
use crate::plugin::Cancellation;
use crate::report::Report;

/// Does what takes no engine; `None` where one is needed.
pub fn offline(args: &GatewayArgs, report: Report) -> Option<Result<(), Error>> {
    match &args.command {
        GatewayCommand::Attach(args) => {
            attach::attach(args, report);
            Some(Ok(()))
        }
        GatewayCommand::Image(args) => Some(image::image(args, report).map_err(Error::from)),
        GatewayCommand::Up(_)
        | GatewayCommand::Status(_)
        | GatewayCommand::Down(_)
        | GatewayCommand::Render(_) => None,
    }
}

/// Does what was asked for.
pub async fn gateway(
    engine: &impl Engine,
    args: &GatewayArgs,
    host: &Host,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    match &args.command {
        GatewayCommand::Up(args) => up::up(engine, args, host, around, cancellation, report).await,
        GatewayCommand::Status(args) => status::status(engine, args, cancellation, report).await,
        GatewayCommand::Down(args) => down::down(engine, args, cancellation, report).await,
        GatewayCommand::Render(args) => unless(cancellation, gateway_render(engine, args, report)).await,
        GatewayCommand::Attach(_) | GatewayCommand::Image(_) => Ok(()),
    }
}
