//! From the words of a command line to an exit code.
//!
//! Chooses the command and maps its outcome; holds no rule of its own.

use std::ffi::OsString;
use std::process::ExitCode;

use tokio::runtime::Builder;

use crate::args::{self, Action, Change, CheckArgs, GatewayArgs, Parsing};
use crate::commands::{self, unless};
use crate::complete::{self, Wanted};
use crate::engine::{ConfigFormats, Docker, Endpoint, Host, Surroundings, registry};
use crate::error::Error;
use crate::flags::{self, Asked, CREATE, FlagError, Line, REMOVE, SCALE, Shell};
use crate::plugin::{self, Cancellation, Globals, Invocation};
use crate::report::Report;
use crate::service::ImageReference;

/// Runs the plugin with the arguments behind its name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let report = Report::new();
    let arguments: Vec<String> = match arguments.map(OsString::into_string).collect() {
        Ok(arguments) => arguments,
        Err(argument) => {
            let error = Error::NotUnicode { argument };
            report.error(&error);
            return ExitCode::from(error.exit_code());
        }
    };
    // Asked before every docker command: no runtime, no files, no engine.
    if arguments.first().is_some_and(|word| word == plugin::METADATA_COMMAND) {
        report.result(&plugin::metadata());
        return ExitCode::SUCCESS;
    }
    if arguments.first().is_some_and(|word| complete::COMMANDS.contains(&word.as_str())) {
        return offer(&arguments, report);
    }
    match answer(&arguments, report) {
        Ok(()) => {}
        Err(error) => {
            report.error(&error);
            return ExitCode::from(error.exit_code());
        }
    }
    let Some(lost) = report.lost() else { return ExitCode::SUCCESS };
    let error = Error::ResultLost { reason: lost.to_string() };
    report.error(&error);
    ExitCode::from(error.exit_code())
}

/// Answers a Tab. Whatever goes wrong, the shell gets an answer and no noise.
fn offer(arguments: &[String], report: Report) -> ExitCode {
    let described = arguments.first().is_some_and(|word| word == complete::COMMANDS[0]);
    let words = &arguments[1..];
    let words = if words.first().is_some_and(|word| word == plugin::NAME) { &words[1..] } else { words };
    let mut root = args::command();
    root.build();
    let offer = match complete::wanted(&root, words) {
        Wanted::Known(offer) => offer,
        Wanted::Value { of, before, prefix, choices } => {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
                return ExitCode::FAILURE;
            };
            runtime.block_on(complete::values(&of, &before, &prefix, &choices, quick_connection()))
        }
    };
    report.result(&offer.text(described));
    ExitCode::SUCCESS
}

/// An engine that can be asked without starting docker, which would ask us in turn.
async fn quick_connection() -> Option<Docker> {
    let globals = Globals::default();
    let around = Surroundings::of_process(&globals);
    let endpoint = Endpoint::choose(&globals, &around).ok()?;
    if matches!(endpoint.host, Host::Docker { .. }) {
        return None;
    }
    Docker::connect(endpoint).await.ok()
}

fn answer(arguments: &[String], report: Report) -> Result<(), Error> {
    let Invocation { globals, words } = Invocation::parse(arguments)?;
    let action = match args::parse(&words) {
        Ok(action) => action,
        Err(Parsing::Answer(text)) => {
            report.result(text.trim_end());
            return Ok(());
        }
        Err(Parsing::Wrong(error)) => return Err(Error::Usage(error)),
    };
    // One thread answers soonest: whoever waits for the engine hands nothing over to a thread that has to be woken first.
    let mut builder = match action {
        Action::Provider(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let runtime = builder.enable_all().build().map_err(Error::Runtime)?;
    runtime.block_on(dispatch(action, globals, report))
}

async fn dispatch(action: Action, globals: Globals, report: Report) -> Result<(), Error> {
    let cancellation = Cancellation::listen().await;
    let around = Surroundings::of_process(&globals);
    match action {
        Action::Version => {
            commands::version(report);
            Ok(())
        }
        Action::Man(args) => commands::man(&args, report),
        Action::Hooks(args) => commands::hooks(args, &around.config, report),
        Action::Hook(request) => {
            let hint = if plugin::is_asked(&request) {
                commands::hint(connect(&globals, &around)).await
            } else {
                None
            };
            report.result(&plugin::hook_answer(&hint.unwrap_or_default()));
            Ok(())
        }
        Action::Create(words) => {
            let read = |shell: &Shell| flags::parse(&words, shell);
            let Some(request) = request_of(&CREATE, read, &globals, &around, report)? else { return Ok(()) };
            let auth = if request.registry_auth {
                Some(registry::auth_header(request.image.domain(), &around)?)
            } else {
                None
            };
            let engine = unless(&cancellation, connect(&globals, &around)).await?;
            commands::create(&engine, &request, auth.as_deref(), &cancellation, report).await
        }
        Action::Ls(args) => {
            let formats = ConfigFormats::read(&around.config)?;
            let work =
                async { commands::ls(&connect(&globals, &around).await?, &args, &formats, report).await };
            unless(&cancellation, work).await
        }
        Action::Ps(args) => {
            let formats = ConfigFormats::read(&around.config)?;
            let work =
                async { commands::ps(&connect(&globals, &around).await?, &args, &formats, report).await };
            unless(&cancellation, work).await
        }
        Action::Inspect(args) => {
            let formats = ConfigFormats::read(&around.config)?;
            let work = async {
                commands::inspect(&connect(&globals, &around).await?, &args, &formats, report).await
            };
            unless(&cancellation, work).await
        }
        Action::Change(change) => self::change(change, &globals, &around, &cancellation, report).await,
        Action::Budget(args) => {
            let engine = unless(&cancellation, connect(&globals, &around)).await?;
            commands::budget(&engine, &args, &cancellation, report).await
        }
        Action::Check(args) => check(&args, &globals, &around, &cancellation, report).await,
        Action::Advise(args) => {
            let engine = unless(&cancellation, connect(&globals, &around)).await?;
            commands::advise(&engine, &args, &around, &cancellation, report).await
        }
        Action::Plan(args) => {
            let local = matches!(Host::choose(&globals, &around)?, Host::Unix(_));
            let work = async {
                commands::plan(&connect(&globals, &around).await?, &args, &around, local, report).await
            };
            unless(&cancellation, work).await
        }
        Action::Doctor(args) => {
            unless(&cancellation, commands::doctor(connect(&globals, &around), &args, &around, report)).await
        }
        Action::Network(args) => {
            let engine = unless(&cancellation, connect(&globals, &around)).await?;
            Box::pin(commands::network(&engine, &args, &around, &cancellation, report)).await
        }
        Action::Explain(args) => {
            let work = async { commands::explain(&connect(&globals, &around).await?, &args, report).await };
            unless(&cancellation, work).await
        }
        Action::Lint(args) => {
            let work =
                async { commands::lint_swarm(&connect(&globals, &around).await?, &args, report).await };
            unless(&cancellation, work).await
        }
        Action::Routes(args) => {
            let work = async { commands::routes(&connect(&globals, &around).await?, &args, report).await };
            unless(&cancellation, work).await
        }
        Action::Import(args) => commands::import_openapi(&args, report),
        Action::Export(args) => {
            let work =
                async { commands::export_openapi(&connect(&globals, &around).await?, &args, report).await };
            unless(&cancellation, work).await
        }
        Action::Gateway(args) => gateway(&args, &globals, &around, &cancellation, report).await,
        Action::Provider(args) => {
            let endpoint = Endpoint::choose(&globals, &around)?;
            commands::provider(endpoint, &args, &around, cancellation.clone(), report).await
        }
    }
}

/// A command on gateways, with an engine where it needs one.
async fn gateway(
    args: &GatewayArgs,
    globals: &Globals,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    if let Some(done) = commands::gateway::offline(args, report) {
        return done;
    }
    let host = Host::choose(globals, around)?;
    let engine = unless(cancellation, connect(globals, around)).await?;
    Box::pin(commands::gateway::gateway(&engine, args, &host, around, cancellation, report)).await
}

/// Carries out a change of services that exist.
async fn change(
    change: Change,
    globals: &Globals,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    match change {
        Change::Update(line, words) => {
            let read = |shell: &Shell| flags::parse_update(line, &words, shell);
            let Some(request) = request_of(line, read, globals, around, report)? else { return Ok(()) };
            let credentials = |image: &ImageReference| -> Result<String, Error> {
                Ok(registry::auth_header(image.domain(), around)?)
            };
            let engine = unless(cancellation, connect(globals, around)).await?;
            commands::update(&engine, line, &request, &credentials, cancellation, report).await
        }
        Change::Scale(words) => {
            let read = |shell: &Shell| flags::parse_services(&SCALE, &words, shell);
            let Some(request) = request_of(&SCALE, read, globals, around, report)? else { return Ok(()) };
            let engine = unless(cancellation, connect(globals, around)).await?;
            commands::scale(&engine, &request, cancellation, report).await
        }
        Change::Sync(args) => {
            let engine = unless(cancellation, connect(globals, around)).await?;
            commands::sync(&engine, &args, report).await
        }
        Change::Remove(words) => {
            let read = |shell: &Shell| flags::parse_services(&REMOVE, &words, shell);
            let Some(request) = request_of(&REMOVE, read, globals, around, report)? else { return Ok(()) };
            let engine = unless(cancellation, connect(globals, around)).await?;
            commands::remove(&engine, &request, cancellation, report).await
        }
    }
}

/// Checks stack files, against the swarm only where there is something to check against it.
async fn check(
    args: &CheckArgs,
    globals: &Globals,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let loaded = commands::check::load(args, around)?;
    let world = if loaded.stack.is_none() {
        None
    } else if args.offline {
        Some(commands::check::imagine(args))
    } else {
        let work = async { commands::check::observe(&connect(globals, around).await?, args).await };
        Some(unless(cancellation, work).await?)
    };
    commands::check::check(loaded, world.as_ref(), args, report)
}

/// A connection to the engine that docker itself would choose.
async fn connect(globals: &Globals, around: &Surroundings) -> Result<Docker, Error> {
    Ok(Docker::connect(Endpoint::choose(globals, around)?).await?)
}

/// Reads the words of a line; `None` where they ask for help, which is then given.
fn request_of<R>(
    line: &'static Line,
    read: impl FnOnce(&Shell) -> Result<Asked<R>, FlagError>,
    globals: &Globals,
    around: &Surroundings,
    report: Report,
) -> Result<Option<Box<R>>, Error> {
    let directory = std::env::current_dir().unwrap_or_default();
    let globals = globals.words.clone();
    let shell =
        Shell { globals, variables: around.variables.clone(), directory, read: |path| std::fs::read(path) };
    match read(&shell).map_err(|error| Error::Flags { line, error })? {
        Asked::For(request) => Ok(Some(request)),
        Asked::Help(length) => {
            report.result(line.help(length).trim_end());
            Ok(None)
        }
    }
}
