//! Steps that act: played apps and the clock.

use emulator_core::{AppId, PageId, RouteId, Timestamp};
use emulator_language::value::LAST_MOMENT;
use emulator_server::graph::{self, RawCall, Reply};
use emulator_server::rfc3339;
use serde_json::{Map, Value, json};

use super::{Outcome, Performed, Scene, raw};
use crate::diagnostics::Diagnostic;
use crate::matcher::Pattern;
use crate::node::{Node, Span, Spanned};
use crate::step::{AppVerb, Argument, ClockMove, Refusal, RouteCall};
use crate::value::{self, ReadAs};

/// An app's step, taken apart.
pub(super) struct AppCall<'a> {
    pub(super) who: &'a Spanned<String>,
    pub(super) page: PageId,
    pub(super) of: Option<&'a Spanned<String>>,
    pub(super) verb: &'a AppVerb,
    pub(super) refused: Option<&'a Refusal>,
    pub(super) answers: Option<&'a Node>,
}

/// What an app's step asks the Graph API for.
enum Made {
    /// The call of a route with these parameters.
    Route(RouteId, Map<String, Value>),
    /// A call that is written out.
    Raw(RawCall),
}

impl Scene {
    pub(super) fn app(&mut self, call: &AppCall<'_>, span: Span, done: &mut Performed) -> Outcome<Value> {
        let app = self.app_id(call.who)?;
        let person = call.of.map(|of| self.person(of, call.page)).transpose()?;
        let identity = self.cast.apps.iter().find(|known| known.id == app);
        let tokens = identity.map(|known| known.page_tokens.as_slice()).unwrap_or_default();
        let token = tokens.iter().find(|(page, _)| *page == call.page).map(|(_, token)| token.as_str());
        let made = self.made(call.verb, app, token)?;
        let is_raw = matches!(made, Made::Raw(_));
        let reply = match made {
            Made::Route(route, parameters) => {
                graph::play(&self.stage, &self.lane, token, person, (route, parameters))
            }
            Made::Raw(raw) => graph::call(&self.stage, &self.lane, &raw),
        };
        done.entries.push(reply.seq);
        done.refused = reply.is_refused();
        self.feed.take_in(&self.lane);
        self.feed.mark_effects_read(reply.seq);
        let body = self.judge(call, span, &reply)?;
        Ok(if is_raw { raw::result(&reply, &body) } else { body })
    }

    /// Holds the answer against what the step says of it.
    fn judge(&self, call: &AppCall<'_>, span: Span, reply: &Reply) -> Outcome<Value> {
        // What is no JSON, such as a script, is text.
        let text = || Value::String(String::from_utf8_lossy(&reply.body).into_owned());
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_else(|_| text());
        let refused = reply.is_refused();
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
                let actual = graph::refusal(reply.status, &body);
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

    pub(super) fn compare(
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

    /// An app's verb with its expressions evaluated.
    fn made(&self, verb: &AppVerb, app: AppId, token: Option<&str>) -> Outcome<Made> {
        Ok(match verb {
            AppVerb::Calls(written) => Made::Raw(self.raw_call(written, app, token)?),
            AppVerb::Route(RouteCall { verb: _, route, arguments }) => {
                let evaluated = |(name, argument): &(&str, Argument)| {
                    self.argument(argument).map(|value| ((*name).to_owned(), value))
                };
                Made::Route(*route, arguments.iter().map(evaluated).collect::<Outcome<_>>()?)
            }
        })
    }

    /// What goes out for a parameter.
    fn argument(&self, argument: &Argument) -> Outcome<Value> {
        let wrong = |problem| self.error(problem);
        Ok(match argument {
            Argument::Text(node) => self.text(node)?.into(),
            Argument::App(node) => {
                let target = self.text(node)?;
                self.app_named(&target).map_or(target, |app| app.to_string()).into()
            }
            Argument::Message(node) => value::message(node, self).map_err(wrong)?,
            Argument::Duration(node) => (value::duration(node, self).map_err(wrong)? / 1_000).into(),
            Argument::Earlier(node) => {
                let mid = self.earlier(Some(node))?;
                json!({"mid": mid.map(|mid| mid.to_string())})
            }
            Argument::SendControl { control_type, app_id } => {
                let app = app_id.clone().map(Argument::App);
                let given = [
                    ("control_type", control_type.as_ref().map(|node| self.text(node).map(Value::from))),
                    ("app_id", app.map(|app| self.argument(&app))),
                ];
                let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                let given = given.map(|(name, value)| value.map(|value| (name, value)));
                Value::Object(given.collect::<Outcome<_>>()?)
            }
            Argument::Any(node) => value::evaluate(node, self, ReadAs::Any).map_err(wrong)?,
            Argument::Word(word) => Value::from(*word),
        })
    }

    pub(super) fn text(&self, node: &Node) -> Outcome<String> {
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
        self.rest(span).await?;
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
        let (quiet, settle) = (self.patience.quiet, self.patience.settle);
        let advanced = match moved {
            ClockMove::By(_) => self.lane.advance_by(to - now, quiet, settle).await,
            ClockMove::To(_) | ClockMove::Next => self.lane.advance(to, quiet, settle).await,
        };
        self.turn.take().await;
        advanced.map_err(|unsettled| self.unsettled(span, &unsettled))?;
        Ok(json!({"now": rfc3339(self.lane.now())}))
    }
}
