//! The control API: the emulator as a program drives it.
//!
//! A step is the body of a request here exactly as it is a line of a scenario file. Everything is
//! below `/_emulator/` on the port of the Graph API.
//!
//! **Invariant:** only callers on this machine are served: `Host` and `Origin` are checked on every
//! route, so that a web page cannot reach it by another name.

mod access;
mod answer;
mod doctor;
mod environment;
mod journal;
mod query;
mod steps;
mod world;

use std::sync::Arc;
use std::time::Duration;

use emulator_language::diagnostics::SourceText;
use emulator_language::step::Names;
use emulator_scenario::scene::{Patience, Place, Scene};
use emulator_server::{AnswerBody, ControlRoutes, Lane, Read};
use hyper::{Response, StatusCode};
use serde_json::{Map, json};
use tokio::sync::Mutex;

use answer::{Answer, failed};
use query::Query;

/// How long a wait of the control API may take, in real time.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The control API of one stage with one lane.
pub struct Console {
    place: Place,
    names: Names,
    patience: Patience,
    /// What expectations of earlier requests have read. One request at a time plays steps with it.
    scene: Mutex<Scene>,
}

impl Console {
    /// The control API for a place. Steps may name the apps and people of its cast.
    pub fn new(place: Place) -> Arc<Self> {
        let apps = place.cast.apps.iter().map(|app| app.name.clone()).collect();
        let people = place.cast.names_of_people().map(str::to_owned).collect();
        let pages = place.cast.pages.iter().filter_map(|page| page.name.clone()).collect();
        let patience = Patience::default();
        let scene = Scene::new(place.clone(), SourceText::new("request", ""), Map::new(), patience);
        Arc::new(Self {
            place,
            names: Names { apps, people, pages, ..Names::default() },
            patience,
            scene: Mutex::new(scene),
        })
    }

    /// The routes, for the server.
    pub fn routes(self: &Arc<Self>) -> ControlRoutes {
        let console = Arc::clone(self);
        Arc::new(move |request| {
            let console = Arc::clone(&console);
            Box::pin(async move { console.route(request).await })
        })
    }

    fn lane(&self) -> &Arc<Lane> {
        &self.place.lane
    }

    async fn route(&self, request: Read) -> Response<AnswerBody> {
        let (head, body) = request.into_parts();
        if let Err(why) = access::check(&head) {
            return failed(StatusCode::FORBIDDEN, &why).into();
        }
        let query = match Query::parse(head.uri.query()) {
            Ok(query) => query,
            Err(why) => return failed(StatusCode::BAD_REQUEST, &why).into(),
        };
        if let Some(lane) = &query.lane
            && lane != self.lane().name()
        {
            let text = format!("there is no lane `{lane}` here; the only one is `{}`", self.lane().name());
            return failed(StatusCode::NOT_FOUND, &text).into();
        }
        let path = head.uri.path().trim_start_matches("/_emulator").trim_matches('/').to_owned();
        let answer = match (head.method.as_str(), path.split_once('/').unwrap_or((&path, ""))) {
            ("POST", ("steps", "")) => self.steps(&body, &query).await,
            ("GET", ("journal", "")) => self.journal(&query).await,
            ("GET", ("explain", seq)) => self.explain(seq),
            ("GET", ("world", "")) => self.world(),
            ("GET", ("env", "")) => self.environment(&query),
            ("GET", ("doctor", "")) => self.doctor(&query),
            ("GET", ("health", "")) => {
                Answer::json(StatusCode::OK, &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
            }
            (_, ("steps" | "journal" | "explain" | "world" | "env" | "doctor" | "health", _)) => {
                failed(StatusCode::METHOD_NOT_ALLOWED, "steps take POST, everything else GET")
            }
            _ => failed(
                StatusCode::NOT_FOUND,
                "the routes are POST /_emulator/steps and GET /_emulator/journal, explain/SEQ, world, env, doctor and health",
            ),
        };
        if !self.lane().file_written().await {
            let text = "the journal cannot be written any more, so the emulator stops";
            return failed(StatusCode::INTERNAL_SERVER_ERROR, text).into();
        }
        answer.into()
    }
}
