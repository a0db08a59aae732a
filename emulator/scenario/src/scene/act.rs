//! Steps that act: people, played apps and the clock.

use emulator_core::Timestamp;
use emulator_server::graph::{self, Origin, Reply, Request};
use emulator_server::rfc3339;
use hyper::Method;
use serde_json::{Map, Value, json};

use super::{Outcome, Performed, Scene};
use crate::diagnostics::Diagnostic;
use crate::matcher::Pattern;
use crate::node::{Node, Span, Spanned};
use crate::step::{AppVerb, ClockMove, Refusal, UserVerb};
use crate::value;

/// The last moment that can be written with a year of four digits: 9999-12-30T00:00:00Z.
const LAST_MOMENT: Timestamp = Timestamp(253_402_128_000_000);

/// An app's step, taken apart.
pub(super) struct AppCall<'a> {
    pub(super) who: &'a Spanned<String>,
    pub(super) of: &'a Spanned<String>,
    pub(super) verb: &'a AppVerb,
    pub(super) refused: Option<&'a Refusal>,
    pub(super) answers: Option<&'a Node>,
}

/// A Graph call in the making.
struct Wire {
    method: Method,
    edge: &'static str,
    members: Map<String, Value>,
}

impl Scene {
    pub(super) fn user(
        &self,
        who: &Spanned<String>,
        verb: &UserVerb,
        done: &mut Performed,
    ) -> Outcome<Value> {
        let person = self.person(who)?;
        match verb {
            UserVerb::Says { text } => {
                let text = value::text(text, self).map_err(|problem| self.error(problem))?;
                let said = self.lane.person_says(person, &text);
                let said = said.ok_or_else(|| {
                    self.error(Diagnostic::new(who.span, format!("`{}` cannot write to the Page", who.value)))
                })?;
                done.entries.push(said.seq);
                Ok(json!({"message_id": said.mid.to_string(), "timestamp": said.at.0, "text": text}))
            }
        }
    }

    pub(super) fn app(&mut self, call: &AppCall<'_>, span: Span, done: &mut Performed) -> Outcome<Value> {
        let app = self.app_id(call.who)?;
        let person = self.person(call.of)?;
        let mut wire = self.wire(call.verb)?;
        let token =
            self.cast.apps.iter().find(|known| known.id == app).and_then(|known| known.page_tokens.first());
        let token = token.map(|(_, token)| token.as_str());
        let query = (wire.method == Method::GET).then(|| format!("recipient={person}"));
        if query.is_none() {
            wire.members.insert("recipient".into(), json!({"id": person.to_string()}));
        }
        let body = if query.is_some() { String::new() } else { Value::Object(wire.members).to_string() };
        let path = format!("me/{}", wire.edge);
        let reply = graph::serve(
            &self.stage,
            Request {
                method: &wire.method,
                path: &path,
                query: query.as_deref(),
                body: body.as_bytes(),
                bearer: token,
                origin: Origin::Step,
            },
        );
        done.entries.push(reply.seq);
        done.refused = reply.status != 200;
        self.feed.take_in(&self.lane);
        self.feed.mark_effects_read(reply.seq);
        self.judge(call, span, &reply)
    }

    /// Holds the answer against what the step says of it.
    fn judge(&self, call: &AppCall<'_>, span: Span, reply: &Reply) -> Outcome<Value> {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let refused = reply.status != 200;
        match (call.refused, refused) {
            (None, true) => {
                let text = body["error"]["message"].as_str().unwrap_or_default();
                let problem = Diagnostic::new(span, format!("{}'s call was refused: {text}", call.who.value));
                let problem = problem.label("this call must succeed");
                Err(self.failed(problem.help("write `refused:` beside it if it must fail")))
            }
            (Some(expected), false) => {
                let problem =
                    Diagnostic::new(expected.span, format!("{}'s call was accepted", call.who.value));
                Err(self.failed(problem.label("this says that it must be refused")))
            }
            (Some(expected), true) => {
                let pattern = self.refusal_pattern(expected)?;
                let actual = refusal_value(reply.status, &body);
                let text = body["error"]["message"].as_str().unwrap_or_default();
                let what = format!("{}'s call was refused: {text}", call.who.value);
                self.compare(
                    &pattern,
                    &actual,
                    expected.span,
                    ("the call was refused in another way", what),
                )?;
                Ok(body)
            }
            (None, false) => {
                if let Some(answers) = call.answers {
                    let pattern = Pattern::build(answers, self).map_err(|problem| self.error(problem))?;
                    let what = format!("the answer {body}");
                    let message = "the call was answered in another way";
                    self.compare(&pattern, &body, answers.span, (message, what))?;
                }
                Ok(body)
            }
        }
    }

    fn compare(
        &self,
        pattern: &Pattern,
        actual: &Value,
        span: Span,
        (message, what): (&str, String),
    ) -> Outcome<()> {
        let comparison = pattern.compare(Some(actual));
        if comparison.is_match() {
            return Ok(());
        }
        let mut failure = self.failed(Diagnostic::new(span, message));
        failure.nearest = Some(crate::failure::Nearest { what, differences: comparison.mismatches });
        Err(failure)
    }

    /// What an app's verb is on the wire.
    fn wire(&self, verb: &AppVerb) -> Outcome<Wire> {
        let post = |edge, members| Wire { method: Method::POST, edge, members };
        let with_metadata = |metadata: &Option<Node>| {
            let mut members = Map::new();
            if let Some(metadata) = metadata {
                members.insert("metadata".into(), self.text(metadata)?.into());
            }
            Outcome::Ok(members)
        };
        Ok(match verb {
            AppVerb::Sends { message, messaging_type, tag } => {
                let mut members = Map::new();
                for (name, node) in [("messaging_type", messaging_type), ("tag", tag)] {
                    if let Some(node) = node {
                        members.insert(name.into(), self.text(node)?.into());
                    }
                }
                let message = value::message(message, self).map_err(|problem| self.error(problem))?;
                members.insert("message".into(), message);
                post("messages", members)
            }
            AppVerb::PassesControl { to, metadata } => {
                let mut members = with_metadata(metadata)?;
                if let Some(to) = to {
                    let target = self.text(to)?;
                    let id = self.app_named(&target).map_or(target, |app| app.to_string());
                    members.insert("target_app_id".into(), id.into());
                }
                post("pass_thread_control", members)
            }
            AppVerb::TakesControl { metadata } => post("take_thread_control", with_metadata(metadata)?),
            AppVerb::ReleasesControl { metadata } => post("release_thread_control", with_metadata(metadata)?),
            AppVerb::RequestsControl { metadata } => post("request_thread_control", with_metadata(metadata)?),
            AppVerb::ExtendsControl { duration } => {
                let ms = value::duration(duration, self).map_err(|problem| self.error(problem))?;
                post("extend_thread_control", Map::from_iter([("duration".to_owned(), json!(ms / 1_000))]))
            }
            AppVerb::AsksOwner => Wire { method: Method::GET, edge: "thread_owner", members: Map::new() },
        })
    }

    fn text(&self, node: &Node) -> Outcome<String> {
        value::text(node, self).map_err(|problem| self.error(problem))
    }

    /// The pattern for what a refusal must look like.
    pub(super) fn refusal_pattern(&self, refusal: &Refusal) -> Outcome<Pattern> {
        let Refusal { span: _, status, code, subcode, kind, message, user_title, user_msg } = refusal;
        let members = [
            ("status", status),
            ("code", code),
            ("subcode", subcode),
            ("type", kind),
            ("message", message),
            ("user_title", user_title),
            ("user_msg", user_msg),
        ];
        let given = members.into_iter().filter_map(|(name, node)| Some((name, node.as_ref()?)));
        let built = given.map(|(name, node)| Ok((name.to_owned(), Pattern::build(node, self)?)));
        let built = built.collect::<Result<Vec<_>, Diagnostic>>().map_err(|problem| self.error(problem))?;
        Ok(Pattern::of_members(built))
    }

    pub(super) async fn clock(&mut self, moved: &ClockMove, span: Span) -> Outcome<Value> {
        self.quiet(span).await?;
        self.look()?;
        let now = self.lane.now();
        let to = match moved {
            ClockMove::By(duration) => {
                let ms = value::duration(duration, self).map_err(|problem| self.error(problem))?;
                Timestamp(now.0.saturating_add(ms))
            }
            ClockMove::To(time) => Timestamp(value::time(time, self).map_err(|problem| self.error(problem))?),
            ClockMove::Next => self.lane.next_deadline().ok_or_else(|| {
                self.error(Diagnostic::new(
                    span,
                    "nothing is due, so there is no next moment to move the clock to",
                ))
            })?,
        };
        if to > LAST_MOMENT {
            let message = format!("the clock ends at {}", rfc3339(LAST_MOMENT));
            return Err(self.error(Diagnostic::new(span, message).label("this is later")));
        }
        if to < now {
            let message = format!("the clock stands at {} and never goes back", rfc3339(now));
            return Err(self.error(Diagnostic::new(span, message).label(format!("this is {}", rfc3339(to)))));
        }
        self.turn.give_up();
        let advanced = self.lane.advance(to, self.patience.settle).await;
        self.turn.take().await;
        advanced.map_err(|unsettled| self.unsettled(span, &unsettled))?;
        Ok(json!({"now": rfc3339(self.lane.now())}))
    }
}

/// What a refusal looked like, in the words of `refused:`.
pub(super) fn refusal_value(status: u16, body: &Value) -> Value {
    let error = &body["error"];
    let mut out = Map::from_iter([("status".to_owned(), json!(status))]);
    let members = [
        ("code", "code"),
        ("subcode", "error_subcode"),
        ("type", "type"),
        ("message", "message"),
        ("user_title", "error_user_title"),
        ("user_msg", "error_user_msg"),
    ];
    for (name, wire) in members {
        if let Some(value) = error.get(wire) {
            out.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(out)
}
