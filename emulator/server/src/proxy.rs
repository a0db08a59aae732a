//! The port as an HTTP proxy: which calls are served here, which are passed on to other hosts, and which are not.
//!
//! Hosts of the platform are served or refused, and never called. Other hosts are called unless the emulator is
//! hermetic, and this machine is not called at all. What passes is counted in the journal of the lane that gets the calls
//! that name nobody; bodies are not read and not written down.

mod dial;
mod forward;
mod outward;
mod process;
mod refusal;
mod secure;
mod target;
mod tunnel;
mod watched;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use emulator_core::AppId;
use hyper::body::Incoming;
use hyper::{Request, Response, Uri};

use crate::entrance::Entrance;
use crate::http::AnswerBody;
use crate::journal::{Passage, Passed};
use crate::stage::Stage;
use outward::Ending;
use refusal::{Asks, Refusal};
use target::{Flaw, Near, Target, Whose};
use tunnel::Tunnel;

pub(crate) use outward::Outward;
pub use outward::{AllNotPassedOn, NotPassedOn};
pub use process::Process;
pub(crate) use process::at as process_at;
pub(crate) use target::{bare, without_user};

/// Where the bytes behind a CONNECT go.
#[derive(Debug)]
pub(crate) enum Leads {
    /// Here, where they are served as any others. The host was named so.
    Here(Arc<str>),
    /// To another host.
    Away(Box<Tunnel>),
}

/// A connection that asks, and where it came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) entrance: &'a Entrance,
    /// The address of the client.
    pub(crate) client: SocketAddr,
    /// The address that it called.
    pub(crate) listener: SocketAddr,
    /// False when it may not lead here any more.
    pub(crate) may_enter: bool,
}

/// Answers CONNECT. The bytes that follow go where the answer leads, if it does.
pub(crate) async fn connect(uri: &Uri, asker: Asker<'_>) -> (Response<AnswerBody>, Option<Leads>) {
    match opens(uri, asker).await {
        Ok(leads) => (Response::new(AnswerBody::from(Bytes::new())), Some(leads)),
        Err(refusal) => (refusal.answer(), None),
    }
}

async fn opens(uri: &Uri, asker: Asker<'_>) -> Result<Leads, Refusal> {
    let named = uri.authority().filter(|_| uri.scheme().is_none() && uri.path_and_query().is_none());
    let Some(authority) = named else { return Err(Refusal::Flawed(uri.to_string(), Flaw::Neither)) };
    let target = Target::of(authority, None)
        .map_err(|flaw| Refusal::Flawed(without_user(authority).to_owned(), flaw))?;
    if target.whose() == Whose::Served || asker.is_own(&target) {
        return if asker.may_enter { Ok(Leads::Here(target.host.into())) } else { Err(Refusal::TooDeep) };
    }
    let opened = async {
        let place = asker.may_leave(&target).await?;
        let far = dial::dial(&target, &asker.entrance.addresses).await?;
        Ok(Leads::Away(Box::new(Tunnel::new(far, place))))
    };
    let opened = opened.await;
    asker.note(&target, Passage::Tunnel, opened.as_ref().map(|_| Passed::Opened));
    opened
}

/// Answers a request in absolute form, unless it is to be served here: then it is given back.
///
/// # Errors
///
/// The request, when it is to be served here.
pub(crate) async fn absolute(
    request: Request<Incoming>,
    asker: Asker<'_>,
) -> Result<Response<AnswerBody>, Request<Incoming>> {
    let scheme = request.uri().scheme_str().unwrap_or_default().to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return Ok(Refusal::Scheme(scheme).answer()),
    };
    let Some(authority) = request.uri().authority() else { return Err(request) };
    let target = match Target::of(authority, Some(port)) {
        Ok(target) => target,
        Err(flaw) => return Ok(Refusal::Flawed(without_user(authority).to_owned(), flaw).answer()),
    };
    if target.whose() == Whose::Served || asker.is_own(&target) {
        return Err(request);
    }
    let answered = passed_on(request, &target, port == 443, asker).await;
    let passed = answered.as_ref().map(|answer| Passed::Answered { status: answer.status().as_u16() });
    asker.note(&target, Passage::Forward, passed);
    Ok(answered.unwrap_or_else(|refusal| refusal.answer()))
}

async fn passed_on(
    request: Request<Incoming>,
    target: &Target,
    secure: bool,
    asker: Asker<'_>,
) -> Result<Response<AnswerBody>, Refusal> {
    let place = asker.may_leave(target).await?;
    let far = dial::dial(target, &asker.entrance.addresses).await?;
    if secure {
        let far = secure::secure(far, target, &asker.stage.shared().no_roots).await?;
        forward::forward(request, target, far, place).await
    } else {
        forward::forward(request, target, far, place).await
    }
}

impl Asker<'_> {
    /// True when the stage listens there itself.
    fn is_own(self, target: &Target) -> bool {
        let address = match target.address() {
            Some(address) => address.to_canonical(),
            None if target.host == "localhost" => self.listener.ip(),
            None => return false,
        };
        let address: IpAddr = address;
        self.stage.shared().outward.is_own(SocketAddr::new(address, target.port))
    }

    /// A place for a connection to a target, if it may be called at all.
    async fn may_leave(self, target: &Target) -> Result<tokio::sync::OwnedSemaphorePermit, Refusal> {
        if target.whose() == Whose::Platform {
            return Err(Refusal::Platform(target.clone()));
        }
        let is_own_name = target.host == "localhost" || target.host.ends_with(".localhost");
        let near = is_own_name.then_some(Near::Machine).or_else(|| target.address().and_then(target::near));
        if let Some(near) = near {
            return Err(Refusal::Near(target.clone(), near));
        }
        if self.entrance.hermetic {
            return Err(Refusal::Hermetic(target.clone(), self.asks().await));
        }
        self.stage.shared().outward.place().ok_or_else(|| Refusal::Crowded(target.clone()))
    }

    /// Who asks. The process at the other end knows its app when the emulator has started it; where there is only one
    /// app, it is that.
    async fn asks(self) -> Asks {
        let process = process::at(self.client, self.listener).await;
        let names = &self.stage.shared().app_names;
        let named = |app: AppId| names.get(&app).cloned();
        let only = || names.values().next().filter(|_| names.len() == 1).cloned();
        match (process.as_ref().and_then(|process| process.app).and_then(named), process) {
            (Some(app), _) => Asks::App(app),
            (None, process) => match (only(), process) {
                (Some(app), _) => Asks::App(app),
                (None, Some(process)) => Asks::Process(process.to_string()),
                (None, None) => Asks::Unknown,
            },
        }
    }

    /// Writes into the journal what became of a call for another host.
    fn note(self, target: &Target, passage: Passage, passed: Result<Passed, &Refusal>) {
        let ending = match &passed {
            Ok(passed) => Ending::Passed(passed.name()),
            Err(refusal) => refusal.ending(),
        };
        let passed = passed.unwrap_or_else(|refusal| {
            let why = refusal.why().into();
            match refusal {
                Refusal::Failed(..) => Passed::Failed { why },
                Refusal::Flawed(..)
                | Refusal::Scheme(_)
                | Refusal::TooDeep
                | Refusal::Platform(_)
                | Refusal::Hermetic(..)
                | Refusal::Near(..)
                | Refusal::Crowded(_) => Passed::Refused { why },
            }
        });
        let host: Arc<str> = target.to_string().into();
        let count = self.stage.shared().outward.count(&host, passage, ending);
        self.stage.lane_of(None).proxied(host, passage, passed, count);
    }
}

impl std::fmt::Display for Process {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} (process {})", self.program, self.id)
    }
}
