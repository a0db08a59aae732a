//! Steps that act: people, and agents in the Page Inbox.

use std::sync::Arc;

use emulator_core::{
    Ad, Answer, Conversation, InboxAct, Message, Mid, PageId, PersonAct, Psid, Reaction, Referral,
    RefusalKind, shown_title,
};
use emulator_server::{Acted, graph, person_message, without_base};
use serde_json::{Value, json};

use super::{Outcome, Performed, Scene};
use crate::check::{NOT_THERE_YET, begin_with_words, is_get_started};
use crate::diagnostics::{Diagnostic, did_you_mean};
use crate::node::{Node, Span, Spanned};
use crate::step::{Entrance, InboxVerb, UserVerb, is_identifier};
use crate::transcript::printable;
use crate::value::{self, ReadAs};

/// What takes a reaction back, in place of an emoji.
const NO_REACTION: &str = "none";
/// The most titles that an error lists.
const MOST_TITLES: usize = 12;

impl Scene {
    pub(super) fn user(
        &self,
        (who, page): (&Spanned<String>, PageId),
        verb: &UserVerb,
        done: &mut Performed,
    ) -> Outcome<Value> {
        let person = self.person(who, page)?;
        let mut said = None;
        let act = match verb {
            UserVerb::Says { text, nlp, reply_to } => {
                let said_text = self.text(text)?;
                let reply_to = self.earlier(reply_to.as_ref())?;
                let message = match nlp {
                    Some(found) => {
                        let found = self.evaluated(found)?;
                        self.message(json!({"text": said_text, "nlp": found}), text.span, page)?
                    }
                    None => Message::text(said_text.as_str()),
                };
                said = Some(said_text);
                PersonAct::Says(Arc::new(Message { reply_to, ..message }))
            }
            UserVerb::Sends { message, files, reply_to } => {
                let reply_to = self.earlier(reply_to.as_ref())?;
                files.iter().for_each(|file| self.stage.keep(file));
                let mut sent = self.evaluated(message)?;
                self.as_written(message, &mut sent)?;
                let sent = self.message(sent, message.span, page)?;
                PersonAct::Says(Arc::new(Message { reply_to, ..sent }))
            }
            UserVerb::Taps { what, within } => {
                let (tapped, within) = (self.text(what)?, self.earlier(within.as_ref())?);
                let acted = self.lane.person_acts(
                    person,
                    PersonAct::Taps { what: tapped.as_str().into(), within: within.clone() },
                );
                done.entries.push(acted.seq);
                if acted.result.as_ref().is_err_and(|refusal| refusal.kind == RefusalKind::NothingToTap) {
                    return Err(self.failed(self.nothing_to_tap(
                        who,
                        what.span,
                        (&tapped, within.as_ref()),
                        person,
                    )));
                }
                return self.result(what.span, acted);
            }
            UserVerb::Opens(Entrance::Link { link }) => PersonAct::Opens(Referral::link(self.text(link)?)),
            UserVerb::Opens(Entrance::Ad { id, reference, app }) => {
                let app = app.as_ref().map(|app| self.app_id(app)).transpose()?;
                let reference = reference.as_ref().map(|reference| self.text(reference)).transpose()?;
                let ad = Ad { id: self.text(id)?.into(), app };
                PersonAct::Opens(Referral { reference: reference.map(Into::into), ad: Some(ad) })
            }
            UserVerb::Reacts { emoji, to } => {
                let emoji = if emoji.is_null() { NO_REACTION.to_owned() } else { self.text(emoji)? };
                let reaction = (emoji != NO_REACTION).then(|| Reaction::of(&emoji));
                PersonAct::Reacts { to: self.earlier(to.as_ref())?, reaction }
            }
            UserVerb::Reads => PersonAct::Reads,
            UserVerb::Blocks => PersonAct::Blocks(true),
            UserVerb::Unblocks => PersonAct::Blocks(false),
        };
        let acted = self.lane.person_acts(person, act);
        done.entries.push(acted.seq);
        let mut result = self.result(who.span, acted)?;
        if let Some(text) = said {
            result["text"] = Value::from(text);
        }
        Ok(result)
    }

    /// An agent does something. What reaches the person is read with the step.
    pub(super) fn inbox(
        &mut self,
        (of, page): (&Spanned<String>, PageId),
        verb: &InboxVerb,
        done: &mut Performed,
    ) -> Outcome<Value> {
        let person = self.person(of, page)?;
        let act = match verb {
            InboxVerb::Replies { text } => InboxAct::Replies(Arc::new(Message::text(self.text(text)?))),
            InboxVerb::MovesTo(folder) => InboxAct::Moves(*folder),
        };
        let acted = self.lane.inbox_acts(person, act);
        done.entries.push(acted.seq);
        self.feed.take_in(&self.lane);
        self.feed.mark_effects_read(acted.seq);
        self.result(of.span, acted)
    }

    fn evaluated(&self, node: &Node) -> Outcome<Value> {
        value::evaluate(node, self, ReadAs::Any).map_err(|problem| self.error(problem))
    }

    /// Gives the payloads of attachments that are written as webhooks show them what stands there: ids among them may be
    /// numbers on the wire (M-206).
    fn as_written(&self, message: &Node, sent: &mut Value) -> Outcome<()> {
        let items = message.get("attachments").and_then(Node::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let (Some(_), Some(payload)) = (item.get("type"), item.get("payload")) {
                let payload = value::evaluate(payload, self, ReadAs::AsWritten);
                sent["attachments"][index]["payload"] = payload.map_err(|problem| self.error(problem))?;
            }
        }
        Ok(())
    }

    /// What a person sends that is more than text.
    fn message(&self, mut value: Value, span: Span, page: PageId) -> Outcome<Message> {
        without_base(&mut value, self.stage.base_url());
        let settings = self.lane.settings();
        let as_of = settings.options(settings.main(page)).rules_as_of;
        person_message(&value, as_of).map_err(|error| self.error(Diagnostic::new(span, error.to_string())))
    }

    /// What a step that is no call gives, or why it could not be done.
    fn result(&self, span: Span, acted: Acted) -> Outcome<Value> {
        match acted.result {
            Ok(Answer::Message { mid, at }) => Ok(json!({"message_id": mid.to_string(), "timestamp": at.0})),
            Ok(Answer::Tapped { mid, at, payload }) => {
                Ok(json!({"message_id": mid.to_string(), "timestamp": at.0, "payload": &*payload}))
            }
            Ok(Answer::Done | Answer::Owner(_) | Answer::Receivers(_) | Answer::Profile(_)) => Ok(json!({})),
            Err(refusal) => Err(self.failed(Diagnostic::new(span, graph::declined(refusal.kind)))),
        }
    }

    /// The id of a message: what an earlier step captured under this name, or an id written out.
    pub(super) fn earlier(&self, node: Option<&Node>) -> Outcome<Option<Mid>> {
        let Some(node) = node else { return Ok(None) };
        if !is_identifier(&node.source) {
            return Ok(Some(Mid(self.text(node)?.into())));
        }
        let captured = self.captures.get(&node.source);
        let mid = captured.and_then(|captured| {
            captured["message_id"].as_str().or_else(|| captured["event"]["message"]["mid"].as_str())
        });
        match (mid, captured) {
            (Some(mid), _) => Ok(Some(Mid(mid.into()))),
            // Ids of the platform look like names.
            (None, None) if node.source.starts_with("m_") => Ok(Some(Mid(node.source.as_str().into()))),
            (None, Some(_)) => {
                let message = format!("`{}` is no message", node.source);
                Err(self.error(
                    Diagnostic::new(node.span, message).help("name a step that says or sends something"),
                ))
            }
            (None, None) => {
                let names: Vec<&str> = self.captures.keys().map(String::as_str).collect();
                let near = did_you_mean(&node.source, names.iter().copied());
                let problem = Diagnostic::new(node.span, format!("no step has captured `{}`", node.source));
                let help = near.map_or_else(
                    || "give the step of that message a name with `as: NAME`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(self.error(problem.help(help)))
            }
        }
    }

    /// Says what there is to tap when something else was asked for.
    fn nothing_to_tap(
        &self,
        who: &Spanned<String>,
        span: Span,
        (tapped, within): (&str, Option<&Mid>),
        person: Psid,
    ) -> Diagnostic {
        let here = if within.is_some() { " in that message" } else { "" };
        let message = format!("{} sees nothing to tap called “{}”{here}", who.value, printable(tapped));
        let problem = Diagnostic::new(span, message);
        let conversation = self.lane.conversation(person);
        let seen = |within| conversation.as_ref().map(|it| titles(it, within)).unwrap_or_default();
        let (titles, place) = match (seen(within), within) {
            (none, Some(_)) if none.is_empty() => (seen(None), " elsewhere"),
            (some, _) => (some, ""),
        };
        let get_started = is_get_started(tapped).then(|| NOT_THERE_YET.to_owned());
        let begun = conversation.as_ref().is_some_and(Conversation::has_begun);
        if !begun {
            return problem.help(begin_with_words());
        }
        if titles.is_empty() {
            let usual = "buttons stay once an app has sent some; quick replies are gone after a tap or another message";
            return problem.help(get_started.unwrap_or_else(|| usual.to_owned()));
        }
        let quoted = |title: &String| format!("“{}”", printable(title));
        let shown: Vec<String> = titles.iter().take(MOST_TITLES).map(quoted).collect();
        let others = match titles.len().saturating_sub(MOST_TITLES) {
            0 => String::new(),
            others => format!(" and {others} others"),
        };
        let near = did_you_mean(tapped, titles.iter().map(String::as_str));
        let help = match near {
            _ if !place.is_empty() => Some("leave `in` out, or name the message that holds it".to_owned()),
            near => near.map(|near| format!("did you mean “{}”?", printable(near))).or(get_started),
        };
        problem.help_if(help).note(format!("what can be tapped{place}: {}{others}", shown.join(", ")))
    }
}

/// The titles of what a person can tap, each once: those of the newest message first, in the order of the screen.
fn titles(conversation: &Conversation, within: Option<&Mid>) -> Vec<String> {
    let here = |mid: &Mid| within.is_none_or(|within| within == mid);
    let newest = conversation.messages.back().is_some_and(|kept| here(&kept.mid));
    let replies = conversation.quick_replies().iter().filter(|_| newest).map(|reply| &*reply.title);
    let mut all: Vec<&str> = replies.collect();
    let buttons: Vec<_> = conversation.buttons.iter().filter(|held| here(&held.mid)).collect();
    for message in buttons.chunk_by(|one, next| one.mid == next.mid).rev() {
        all.extend(message.iter().map(|held| &*held.button.title));
    }
    let mut titles: Vec<String> = Vec::new();
    for title in all.into_iter().map(shown_title) {
        if !titles.iter().any(|known| **known == *title) {
            titles.push(title.into_owned());
        }
    }
    titles
}
