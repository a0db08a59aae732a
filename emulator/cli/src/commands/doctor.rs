//! `doctor`: looks for what will not work before somebody wonders about it: ports, certificates, the bots' webhooks.
//!
//! `finding` says what is checked, `judge` and the functions beside each look say what was seen means, `report` prints
//! it. Nothing of it enters a journal of a running emulator.

mod certificates;
mod finding;
mod judge;
mod ports;
mod report;
mod runtimes;
mod served;
mod stage;
mod started;
mod webhooks;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Arg, Args};
use emulator_language::diagnostics::SourceText;
use emulator_language::scenario::WorldSpec;
use emulator_scenario::redirect::Redirect;
use emulator_server::{AuthorityError, Entrance, Probe, TestEvent};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::serve::ServeArguments;
use crate::certificates::ServedCertificates;
use crate::entrance::EntranceArguments;
use crate::exit::Exit;
use crate::output::{self, Stream};
use crate::worlds;
use finding::{Check, Finding, Group, Section, Verdict};
use judge::TIME_OUT;
use report::Count;
use served::Served;
use stage::Own;
use webhooks::Subject;

/// What it is good for, and how it ends.
const AFTER: &str = "\
It sends test events to the webhooks of bots, in the name of a person called `doctor`, and says
so beforehand. Bots with `start:` are started for it, against a stage of its own on a free port,
and ended afterwards; others are tried where they run. With --url it tries the bots of a running
serve, and nothing of that enters the journal of serve.

Flags of serve that matter only while it serves (--journal, --clock, --watch …) are accepted and
change nothing.

Exit codes:
  0  no check failed; there may be warnings
  1  a check failed
  2  the arguments or a file are wrong
  3  no emulator answers at --url";

/// Checks ports, certificates, bots' webhooks and redirected calls, and says what to do
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct DoctorArguments {
    /// Tries the bots of the running emulator with this base URL
    #[arg(long, value_name = "URL", conflicts_with_all = [
        "config", "webhook", "app_secret", "verify_token", "page_token", "fields", "primary_receiver", "person", "people", "ca_dir",
    ])]
    url: Option<String>,
    /// Checks only these of ports, certificates, webhooks and runtimes, with commas between them
    #[arg(long, value_name = "GROUPS", value_delimiter = ',', hide_possible_values = true)]
    only: Vec<Group>,
    /// Prints text or JSON
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    #[command(flatten)]
    serve: ServeArguments,
}

/// The flags of `serve` that are taken so that its command line can be checked as it is, and that change nothing here.
const WITHOUT_EFFECT: [&str; 8] =
    ["ready_file", "journal", "journal_sync", "clock", "begin_at", "seed", "watch", "quiet"];

/// Leaves flags without effect out of the help.
pub(crate) fn hidden(flag: Arg) -> Arg {
    let hide = WITHOUT_EFFECT.contains(&flag.get_id().as_str());
    if hide { flag.hide(true) } else { flag }
}

impl DoctorArguments {
    fn wants(&self, group: Group) -> bool {
        self.only.is_empty() || self.only.contains(&group)
    }
}

pub(crate) fn run(arguments: &DoctorArguments) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Bug.into();
        }
    };
    let interruptible = async {
        tokio::select! {
            ended = go(arguments) => ended,
            () = interrupted() => Ok(Exit::Interrupted),
        }
    };
    let exit = match runtime.block_on(interruptible) {
        Ok(exit) => exit,
        Err((exit, text)) => {
            eprintln!("{}", text.trim_end());
            exit
        }
    };
    runtime.shutdown_background();
    exit.into()
}

/// Waits for a signal to end. The processes that the keeper runs for doctor end with it.
async fn interrupted() {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    // Without them the system ends doctor, and the keepers end the rest.
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// What was found so far. Text is printed as it comes.
struct Report {
    sections: Vec<Section>,
    as_json: bool,
}

impl Report {
    fn add(&mut self, section: Section) {
        if !self.as_json {
            output::data(&report::section(&section, Stream::Stdout.colour()));
        }
        self.sections.push(section);
    }

    fn end(self) -> Exit {
        let count = Count::of(&self.sections);
        let exit = if count.failures == 0 { Exit::Passed } else { Exit::ScenarioFailed };
        let text = if self.as_json { report::json(&self.sections) } else { count.text() };
        output::result(&text, exit)
    }
}

async fn go(arguments: &DoctorArguments) -> Result<Exit, (Exit, String)> {
    let colour = output::colour_of_stderr();
    let mut report = Report { sections: Vec::new(), as_json: arguments.format == "json" };
    let (world, served) = match &arguments.url {
        None => (worlds::world(arguments.serve.world(), colour).map_err(|text| (Exit::Usage, text))?, None),
        Some(url) => {
            let url = url.trim_end_matches('/').to_owned();
            let served = served::fetch(&url, 0).await;
            let served = served.map_err(|why| (Exit::Unreachable, format!("error: {why}")))?;
            (nobody(), Some((url, served)))
        }
    };
    if arguments.wants(Group::Ports) {
        let (title, findings) = match &served {
            Some((url, served)) => ("Emulator", vec![served::judge(url, &served.version)]),
            None => ("Ports", ports::findings(arguments.serve.port(), arguments.serve.tls_port()).await),
        };
        report.add(section(Group::Ports, title, findings));
    }
    let (entrance, redirect, findings) = match &served {
        Some((_, served)) => certified_as(served.certificates.as_ref(), arguments.serve.entrance()),
        None => certified(arguments.serve.entrance()),
    };
    if arguments.wants(Group::Certificates) {
        report.add(section(Group::Certificates, "Certificates", findings));
    }
    if arguments.wants(Group::Webhooks) || arguments.wants(Group::Runtimes) {
        // Nobody starts bots that are not tried.
        let world = if arguments.wants(Group::Webhooks) { world } else { nobody() };
        let own = Own::open(&world, (entrance, redirect.clone()), colour).await?;
        if arguments.wants(Group::Webhooks) {
            try_webhooks(&own, served.as_ref()).await.into_iter().for_each(|section| report.add(section));
        }
        if arguments.wants(Group::Runtimes) {
            let findings = runtimes::findings(&own, redirect.as_ref()).await;
            let findings =
                findings.map_err(|error| (Exit::Bug, format!("error: cannot write probes: {error}")))?;
            report.add(section(Group::Runtimes, "Runtimes, calling https://graph.facebook.com/me", findings));
        }
        own.started.stop().await;
    }
    Ok(report.end())
}

/// A world in which nothing is started.
fn nobody() -> WorldSpec {
    WorldSpec::empty(SourceText::new("the command line", "")).with_defaults()
}

/// Certificates for a stage, what brings bots there that trust them, and what is to be said of both.
type Certified = (Arc<Entrance>, Option<Arc<Redirect>>, Vec<Finding>);

/// The certificates of a running `serve`. Where they are lost, there are none here, so that none are made in its folder.
fn certified_as(served: Option<&ServedCertificates>, arguments: &EntranceArguments) -> Certified {
    let (good, mut findings) = certificates::of_served(served);
    let folder = served.filter(|_| good).map(|served| served.folder.as_path());
    let Some(folder) = folder else { return (Arc::default(), None, findings) };
    let (entrance, redirect, of_own) = certified_in(arguments.entrance_in(folder), arguments);
    if redirect.is_none() {
        findings.extend(of_own);
    }
    (entrance, redirect, findings)
}

/// The certificates that `serve` would have with these flags.
fn certified(arguments: &EntranceArguments) -> Certified {
    certified_in(arguments.entrance_to_judge(), arguments)
}

fn certified_in(entrance: Result<Arc<Entrance>, AuthorityError>, arguments: &EntranceArguments) -> Certified {
    let entrance = match entrance {
        Ok(entrance) => entrance,
        Err(error) => return (Arc::default(), None, vec![certificates::unusable(&error.to_string())]),
    };
    let mut findings = entrance.authority.as_deref().map(certificates::findings).unwrap_or_default();
    match arguments.redirect(&entrance) {
        Ok(redirect) => (entrance, redirect, findings),
        Err(error) => {
            findings.push(certificates::unusable(&error.to_string()));
            (entrance, None, findings)
        }
    }
}

fn section(group: Group, title: &str, findings: Vec<Finding>) -> Section {
    Section { group, app: None, title: title.to_owned(), findings }
}

/// Tries the webhooks of the world, or of a running `serve`.
async fn try_webhooks(own: &Own, served: Option<&(String, Served)>) -> Vec<Section> {
    let subjects = match served {
        Some((_, served)) => of_served(served),
        None => of_own(own),
    };
    if subjects.is_empty() {
        let text =
            "no app has a webhook; give the address of a bot with --webhook http://127.0.0.1:3000/webhook";
        let nothing = Finding::skipped(Check::Reachable, text);
        return vec![section(Group::Webhooks, "Webhooks", vec![nothing])];
    }
    announce(&subjects);
    let mut webhooks = examined(subjects).await;
    let calls = match served {
        Some((url, before)) => calls_of_served(url, before, &webhooks).await,
        None => {
            own.quiet().await;
            calls_of_own(own, &webhooks)
        }
    };
    for (section, calls) in webhooks.iter_mut().zip(calls) {
        let is_taken =
            |finding: &Finding| finding.check == Check::Signature && finding.verdict == Verdict::Ok;
        let taken = section.findings.iter().any(is_taken);
        section.findings.extend(taken.then_some(calls));
    }
    webhooks
}

/// The webhooks of a running `serve`.
fn of_served(served: &Served) -> Vec<Subject> {
    let subject = |(webhook, fields): &(emulator_server::Webhook, _)| Subject {
        probe: Probe::new(webhook.clone(), served.page, served.person, TIME_OUT),
        fields: *fields,
        started: None,
    };
    served.webhooks.iter().map(subject).collect()
}

/// The webhooks of the world.
fn of_own(own: &Own) -> Vec<Subject> {
    let subject = |app: &emulator_server::AppSpec| {
        Some(Subject {
            probe: Probe::new(own.stage.webhook(app.id)?, own.cast.page, own.person(&app.name)?, TIME_OUT),
            fields: own.cast.settings.fields(own.cast.settings.main(own.cast.page), app.id),
            started: own.started.has(&app.name).then(|| own.started.clone()),
        })
    };
    own.cast.apps.iter().filter_map(subject).collect()
}

/// Says what is about to be sent: a bot may act on it.
fn announce(subjects: &[Subject]) {
    let places = subjects.iter().map(|subject| format!("\n  {}", subject.announcement())).collect::<String>();
    eprintln!(
        "doctor is going to send test events, on which bots may act, to{places}\n\
         Each gets two verifications, a message “{}”,\n\
         the same with a wrong signature, one on standby, and a change of its role (app_roles).\n",
        TestEvent::TEXT
    );
}

/// Tries all webhooks at the same time; in the order of the apps.
async fn examined(subjects: Vec<Subject>) -> Vec<Section> {
    let mut tries = JoinSet::new();
    for (index, subject) in subjects.into_iter().enumerate() {
        tries.spawn(async move { (index, subject.examine().await) });
    }
    let mut sections = tries.join_all().await;
    sections.sort_by_key(|(index, _)| *index);
    sections.into_iter().map(|(_, section)| section).collect()
}

/// What each bot called in the lane of doctor's own.
fn calls_of_own(own: &Own, webhooks: &[Section]) -> Vec<Finding> {
    let names = webhooks.iter().filter_map(|section| section.app.as_deref());
    let apps = names.filter_map(|name| own.cast.apps.iter().find(|app| app.name == name));
    apps.map(|app| own.calls(app.id, &app.name)).collect()
}

/// What each bot called about the person of doctor since.
async fn calls_of_served(url: &str, before: &Served, webhooks: &[Section]) -> Vec<Finding> {
    let calls = served::fetch(url, before.last).await.map(|served| served.calls).unwrap_or_default();
    let apps = webhooks.iter().filter_map(|section| section.app.as_deref());
    apps.map(|app| served::calls(url, app, &calls)).collect()
}
