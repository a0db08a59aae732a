//! `GET /_emulator/env`: the environment that the bot of an app needs, for a process that was not started here. What this
//! process has in its own environment is not in it, except where the world says so.

use emulator_language::diagnostics::{Colour, did_you_mean};
use emulator_scenario::redirect::{Join, Runtime, Setting};
use emulator_server::SERVED_HOSTS;
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::Console;
use super::answer::{Answer, failed};
use super::query::Query;

impl Console {
    pub(crate) fn environment(&self, query: &Query) -> Answer {
        let cast = &self.place.cast;
        let names: Vec<&str> = cast.apps.iter().map(|app| app.name.as_str()).collect();
        let index = match (query.app.as_deref(), names.as_slice()) {
            (Some(named), _) => match names.iter().position(|name| *name == named) {
                Some(index) => index,
                None => return failed(StatusCode::NOT_FOUND, &unknown(named, &names)),
            },
            (None, [_]) => 0,
            (None, _) => {
                let text = format!("there are several apps ({}), so name one with app=", names.join(", "));
                return failed(StatusCode::BAD_REQUEST, &text);
            }
        };
        let surroundings = &self.place.surroundings;
        let environment = match cast.environment(index, surroundings) {
            Ok(environment) => environment,
            Err(problem) => {
                let text = format!(
                    "the environment of `{}` cannot be told:\n{}",
                    names[index],
                    problem.render(Colour::Never)
                );
                return failed(StatusCode::CONFLICT, &text);
            }
        };
        let redirect = surroundings.redirect.as_ref();
        let settings = redirect.map_or_else(
            || {
                let plain = |(name, value): (&String, &String)| Setting {
                    name: name.clone(),
                    value: value.clone(),
                    join: Join::Replace,
                    preload: false,
                };
                environment.iter().map(plain).collect()
            },
            |redirect| redirect.elsewhere(&environment, &surroundings.url),
        );
        let variable = |Setting { name, value, join, preload }: Setting| json!({"name": name, "value": value, "join": join.name(), "preload": preload});
        let flags = |runtime: Runtime| {
            let flags = redirect.map(|redirect| redirect.flags(runtime, &surroundings.url));
            (runtime.name().to_owned(), json!(flags.unwrap_or_default()))
        };
        let flags: Map<String, Value> = Runtime::ALL.into_iter().map(flags).collect();
        let body = json!({
            "app": names[index],
            "variables": settings.into_iter().map(variable).collect::<Vec<_>>(),
            "flags": flags,
            "certificates": self.certificates(),
            "hosts": SERVED_HOSTS,
        });
        Answer::json(StatusCode::OK, &body)
    }
}

impl Console {
    /// Where the certificates of this emulator are, and which root clients have to trust; nothing without certificates.
    /// Who gets it can see whether the files are still those with which this process was started.
    pub(crate) fn certificates(&self) -> Option<Value> {
        let redirect = self.place.surroundings.redirect.as_ref()?;
        Some(json!({
            "folder": redirect.folder(),
            "root_sha256": redirect.root(),
            "files": redirect.files().collect::<Vec<_>>(),
            "renewed": redirect.was_renewed(),
        }))
    }
}

fn unknown(named: &str, names: &[&str]) -> String {
    match did_you_mean(named, names.iter().copied()) {
        Some(near) => format!("there is no app `{named}`; did you mean `{near}`?"),
        None => format!("there is no app `{named}`; there is {}", names.join(", ")),
    }
}
