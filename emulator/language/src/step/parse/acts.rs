//! Builds steps that act: people, the inbox, admins, apps and the clock.

use emulator_core::{AppMode, Feature, Field, Permission, SenderAction};

use super::{Builder, spanned};
use crate::check::Mode;
use crate::diagnostics::{Diagnostic, one_of};
use crate::node::{Node, Spanned};
use crate::step::verb::{AppVerb, AppVerbKind, BotVerb, InboxVerb, PageChange, Role, TokenWord, UserVerb};
use crate::step::{Act, ClockMove, Folder};
use crate::vocabulary::{Head, PAGE_CHANGES};

impl Builder<'_> {
    pub(super) fn user(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.person("user", who);
        let (verb, value) = self.verb(head, node, Mode::Given)?;
        if !self.sound(verb.name, verb.value, value) {
            return None;
        }
        let beside = |name: &str| node.get(name).cloned();
        let verb = match verb.name {
            "says" => {
                UserVerb::Says { text: value.clone(), nlp: self.nlp(node)?, reply_to: beside("reply_to") }
            }
            "taps" => UserVerb::Taps { what: value.clone(), within: beside("in") },
            "sends" => {
                let sent = self.sent(value)?;
                let (message, files) = self.with_files(&sent);
                UserVerb::Sends { message, files, reply_to: beside("reply_to") }
            }
            "opens" => UserVerb::Opens { link: self.needed(value, "opens", "link")?.clone() },
            "reacts" => UserVerb::Reacts { emoji: value.clone(), to: beside("to") },
            "reads" => UserVerb::Reads,
            "blocks" => UserVerb::Blocks,
            _ => UserVerb::Unblocks,
        };
        Some(Act::User { who: spanned(who), verb })
    }

    /// Takes what the platform found in a text, which goes out as it is; none at the outside if it is wrong.
    fn nlp(&mut self, node: &Node) -> Option<Option<Node>> {
        let Some(found) = node.get("nlp") else { return Some(None) };
        if found.entries().is_none() {
            let help =
                "write `nlp: {entities: {…}, traits: {…}, detected_locales: […]}`, as the webhook shows it";
            self.check.wrong("nlp", found, "takes a mapping", help);
            return None;
        }
        Some(Some(found.clone()))
    }

    /// Takes what a person sends, which must be something.
    fn sent(&mut self, value: &Node) -> Option<Node> {
        if value.entries().is_none_or(<[_]>::is_empty) {
            let problem = Diagnostic::new(value.span, "`sends` says nothing of what is sent");
            self.check.report(problem.help(
                "write `sends: {image: https://…}` or `sends: {attachments: [{image: …}, {image: …}]}`",
            ));
            return None;
        }
        Some(value.clone())
    }

    /// Takes a key of a mapping that must have it.
    fn needed<'n>(&mut self, value: &'n Node, verb: &str, key: &str) -> Option<&'n Node> {
        let found = value.get(key).filter(|node| !node.is_null());
        if found.is_none() {
            let problem = Diagnostic::new(value.span, format!("`{verb}` needs a `{key}`"));
            self.check.report(problem.help(format!("write `{verb}: {{{key}: …}}`")));
        }
        found
    }

    pub(super) fn inbox(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.person("inbox", who);
        let (verb, value) = self.verb(head, node, Mode::Given)?;
        self.check.value(verb.name, verb.value, value, Mode::Given);
        let verb = match verb.name {
            "replies" => InboxVerb::Replies { text: value.clone() },
            _ => InboxVerb::MovesTo(folder(&value.source)),
        };
        Some(Act::Inbox { person: spanned(who), verb })
    }

    pub(super) fn bot(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.app("bot", who);
        let (verb, value) = self.verb(head, node, Mode::Given)?;
        self.check.value(verb.name, verb.value, value, Mode::Given);
        let verb = match verb.name {
            "stops" => BotVerb::Stops,
            "starts" => BotVerb::Starts,
            _ => BotVerb::Restarts,
        };
        Some(Act::Bot { who: spanned(who), verb })
    }

    /// Builds the changes of an admin; their keys and values were checked.
    pub(super) fn page(&mut self, node: &Node, value: &Node) -> Option<Act> {
        let entries = value.entries().unwrap_or_default();
        if entries.is_empty() {
            let keys: Vec<&str> = PAGE_CHANGES.iter().map(|field| field.name).collect();
            let problem = Diagnostic::new(value.span, "`page` does not say what is changed");
            self.check.report(problem.help(format!("use {}", one_of(&keys))));
            return None;
        }
        let changes = entries.iter().flat_map(|(key, value)| changes(&key.name, value)).collect();
        Some(Act::Page { changes, refused: self.refused(node) })
    }

    pub(super) fn app(&mut self, head: &'static Head, node: &Node, who: &Node) -> Option<Act> {
        self.check.app("app", who);
        let (verb, value) = self.verb(head, node, Mode::Given)?;
        self.check.value(verb.name, verb.value, value, Mode::Given);
        let kind = AppVerbKind::parse(verb.name)?;
        let about_nobody = matches!(kind, AppVerbKind::AsksReceivers | AppVerbKind::Calls);
        let of = (!about_nobody).then(|| self.person_of(node, who));
        let refused = self.refused(node);
        if let (Some(_), Some((answers, _))) = (&refused, node.entry("answers")) {
            self.check.report(
                Diagnostic::new(answers.span, "a refused call has no success answer to look at")
                    .help("match the error with `refused: {code: …, message: …}` and leave `answers` out"),
            );
        }
        let verb = match app_verb(kind, node, value) {
            Some(verb) => verb,
            None => AppVerb::Calls(Box::new(self.raw_call(value)?)),
        };
        let answers = node.get("answers").cloned();
        let of = match of {
            Some(found) => Some(found?),
            None => None,
        };
        Some(Act::App { who: spanned(who), of, verb, refused, answers })
    }

    /// The person in whose conversation an app acts, named or understood.
    fn person_of(&mut self, node: &Node, who: &Node) -> Option<Spanned<String>> {
        if let (Some((key, _)), Some(_)) = (node.entry("to"), node.get("of")) {
            self.check.report(
                Diagnostic::new(key.span, "`of` and `to` both name the person").help("leave one of them out"),
            );
        }
        let (named, key) = match (node.get("of"), node.get("to")) {
            (None, Some(to)) => (Some(to), "to"),
            (of, _) => (of, "of"),
        };
        let person = self.check.understood_person(named, key, node.span)?;
        Some(Spanned::new(person, named.unwrap_or(who).span))
    }
}

pub(super) fn clock(value: &Node) -> ClockMove {
    match value.get("to") {
        Some(time) => ClockMove::To(time.clone()),
        None if value.source == "next" => ClockMove::Next,
        None => ClockMove::By(value.clone()),
    }
}

pub(super) fn folder(word: &str) -> Folder {
    match word {
        "main" => Folder::Main,
        "done" => Folder::Done,
        _ => Folder::Spam,
    }
}

/// The changes behind one key of `page:`.
fn changes(key: &str, value: &Node) -> Vec<PageChange> {
    let per_app = |change: &dyn Fn(Spanned<String>, &Node) -> PageChange| {
        let entries = value.entries().unwrap_or_default().iter();
        entries.map(|(app, value)| change(Spanned::new(app.name.clone(), app.span), value)).collect()
    };
    match key {
        "primary_receiver" => vec![PageChange::PrimaryReceiver(match value.source.as_str() {
            "inbox" => Role::Inbox,
            "none" => Role::Nobody,
            _ if value.is_null() => Role::Nobody,
            _ => Role::App(spanned(value)),
        })],
        "connects" => vec![PageChange::Connects(spanned(value))],
        "removes" => vec![PageChange::Removes(spanned(value))],
        "subscriptions" => {
            per_app(&|app, value| PageChange::Subscriptions(app, listed(value, Field::parse).collect()))
        }
        "features" => {
            per_app(&|app, value| PageChange::Features(app, listed(value, Feature::parse).collect()))
        }
        "permissions" => {
            per_app(&|app, value| PageChange::Permissions(app, listed(value, Permission::parse).collect()))
        }
        "mode" => per_app(&|app, value| {
            PageChange::Mode(app, AppMode::parse(&value.source).unwrap_or(AppMode::Live))
        }),
        _ => per_app(&|app, value| {
            PageChange::Token(
                app,
                match value.source.as_str() {
                    "expired" => TokenWord::Expired,
                    "password_changed" => TokenWord::PasswordChanged,
                    "removed" => TokenWord::Removed,
                    _ => TokenWord::Valid,
                },
            )
        }),
    }
}

/// The words of a list; those that mean nothing were reported.
fn listed<T>(value: &Node, parse: fn(&str) -> Option<T>) -> impl Iterator<Item = T> {
    value.items().unwrap_or_default().iter().filter_map(move |item| parse(&item.source))
}

/// The verb of that kind; none for a call that is written out.
fn app_verb(kind: AppVerbKind, node: &Node, value: &Node) -> Option<AppVerb> {
    let metadata = value.get("metadata").cloned();
    let to = value.get("to").cloned();
    Some(match kind {
        AppVerbKind::Calls => return None,
        AppVerbKind::Sends => AppVerb::Sends {
            message: value.clone(),
            messaging_type: node.get("messaging_type").cloned(),
            tag: node.get("tag").cloned(),
            reply_to: node.get("reply_to").cloned(),
        },
        AppVerbKind::PassesControl => AppVerb::PassesControl { to, metadata },
        AppVerbKind::TakesControl => AppVerb::TakesControl { metadata },
        AppVerbKind::ReleasesControl => AppVerb::ReleasesControl { metadata },
        AppVerbKind::RequestsControl => AppVerb::RequestsControl { metadata },
        AppVerbKind::ExtendsControl => AppVerb::ExtendsControl { duration: value.clone() },
        AppVerbKind::PassesMetadata => AppVerb::PassesMetadata { to, metadata },
        AppVerbKind::Types => AppVerb::Signals(match value.source.as_str() {
            "off" | "false" => SenderAction::TypingOff,
            _ => SenderAction::TypingOn,
        }),
        AppVerbKind::MarksSeen => AppVerb::Signals(SenderAction::MarkSeen),
        AppVerbKind::AsksOwner => AppVerb::AsksOwner,
        AppVerbKind::AsksReceivers => AppVerb::AsksReceivers,
    })
}
