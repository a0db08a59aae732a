//! Scenario files: what a file holds, read and checked.

mod cases;
mod load;
mod parts;
mod section;
mod settings;
mod steps;
mod world;
mod world_file;

pub(crate) use world::unknown_page;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_core::{GraphVersion, Overrides, Platform, Protocol, words};

use crate::diagnostics::{Diagnostic, SourceText};
use crate::node::{Key, Node, NodeKind, Span, Spanned};
use crate::step::{Certainty, Loader, Names, RouteNames, Step};

/// What one YAML document of a file is.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// A scenario.
    Scenario(Box<Scenario>),
    /// A part, whose steps scenarios use.
    Part(Part),
    /// A world that scenarios refer to.
    World(Box<WorldSpec>),
}

/// Steps that scenarios use. They are built for each of them anew, as they name its apps and people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: Spanned<String>,
    /// What it is about.
    pub description: Option<String>,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name, unique in its file.
    pub name: Spanned<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The reason to leave it out.
    pub skip: Option<String>,
    /// The protocols of the Page.
    pub protocols: Protocols,
    /// The Page, apps and people.
    pub world: WorldSpec,
    /// Where its clock stands at first; at the moment of all scenarios that say nothing if none.
    pub begin_at: Option<BeginAt>,
    /// The seed of all that is random.
    pub seed: Option<u64>,
    /// The variables, for `${vars.…}`; they can use the environment and nothing else.
    pub vars: Vec<(Key, Node)>,
    /// The cases, each of which is a run of its own; without any there is one run.
    pub cases: Vec<Case>,
    /// Whether no other scenario of its stage may run meanwhile.
    pub alone: bool,
    /// Its limits of real time.
    pub timeouts: Timeouts,
    /// What unread messages and unexpected refusals mean at the end.
    pub unread: Unread,
    /// What a failed delivery means at the end that nothing spoke of.
    pub deliveries: Deliveries,
    /// What happens.
    pub steps: Arc<[Step]>,
    /// How many of them lead to the beginning.
    pub given: usize,
    /// The text that the spans of everything but the world point into; the world names its own.
    pub file: Arc<SourceText>,
    /// The whole document.
    pub span: Span,
}

/// Where the clock of a scenario stands at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeginAt {
    /// At this time, in milliseconds since 1970.
    Time(i64),
    /// At the system's time when the run began, in whole seconds.
    Now,
}

/// The protocols with which a scenario is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocols {
    /// That of its world.
    OfWorld,
    /// This one.
    One(Spanned<Protocol>),
    /// Each of these, in a run of its own that is called after it.
    Each(Vec<Spanned<Protocol>>),
}

/// A case: a set of variables with which a scenario is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name, unique in its scenario: the one that it gives itself, else its number from 1.
    pub name: Spanned<String>,
    /// The protocol under which alone it is played.
    pub protocol: Option<Protocol>,
    /// Its variables; they come over those of the scenario.
    pub vars: Vec<(Key, Node)>,
}

impl Scenario {
    /// Leaves out the steps that are played under other protocols only.
    pub fn keep_steps_under(&mut self, protocol: Protocol) {
        let plays = |step: &Step| step.under.as_ref().is_none_or(|under| under.contains(&protocol));
        self.given = self.steps.iter().take(self.given).filter(|step| plays(step)).count();
        if !self.steps.iter().all(plays) {
            self.steps = self.steps.iter().filter(|step| plays(step)).cloned().collect();
        }
    }
}

/// One run of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Run<'a> {
    /// What tells it from the others of its file: `NAME[.CASE][@PROTOCOL]`.
    pub called: String,
    /// The protocol; that of the world if none.
    pub protocol: Option<Protocol>,
    /// The case, where the scenario has cases.
    pub case: Option<&'a Case>,
}

/// Limits of real time, in milliseconds; an absent one has its default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// How long an expectation waits.
    pub reply: Option<u64>,
    /// How long a bot must be silent to count as quiet; absent for `auto`.
    pub quiet: Option<u64>,
    /// How long a bot may take to start.
    pub boot: Option<u64>,
    /// How long deliveries may take.
    pub settle: Option<u64>,
}

words! {
    /// What a failed delivery that nothing spoke of means at the end of a scenario.
    Deliveries {
        /// The scenario fails.
        Fail = "fail",
        /// Nothing.
        Allow = "allow",
    }

    /// What unread messages and unexpected refusals mean at the end of a scenario.
    Unread {
        /// The scenario fails.
        Fail = "fail",
        /// They are allowed.
        Allow = "allow",
    }
}

/// A world: Pages, the apps on them and the people who write to them.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldSpec {
    /// The protocol of the Pages; the first one of the platform if none.
    pub protocol: Option<Spanned<Protocol>>,
    /// The Pages, in the order of the file: always at least one. The first is meant where none is named.
    pub pages: Vec<PageSpec>,
    /// The apps, each of them on every Page, in the order of the file.
    pub apps: Vec<AppSpec>,
    /// The people, in the order of the file.
    pub people: Vec<PersonSpec>,
    /// The text that the spans of the world point into.
    pub file: Arc<SourceText>,
    /// The mapping as it was written; null where none was.
    pub written: Node,
    /// The whole mapping.
    pub span: Span,
}

/// A Page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSpec {
    /// Where it stands.
    pub span: Span,
    /// The name that steps and expressions use; none for the Page under `page:`, which needs none.
    pub called: Option<Spanned<String>>,
    /// Its id, a string of digits below 2^63.
    pub id: Option<Spanned<String>>,
    /// The name that people see.
    pub name: Option<Spanned<String>>,
    /// The platform that is meant where none is named: Instagram for a Page that is used for nothing else, whose
    /// settings below are those of its account.
    pub platform: Platform,
    /// The account that is linked to it, or the id of the only one.
    pub instagram: Option<AccountSpec>,
    /// The app that is the primary receiver; absent for none.
    pub primary_receiver: Option<Spanned<String>>,
    /// The default app; absent for none.
    pub default_app: Option<Spanned<String>>,
    /// True when the Page Inbox has no role under the first handover protocol.
    pub inbox_without_role: bool,
    /// True when handover is switched off.
    pub handover_off: bool,
    /// Where conversations go that begin in a certain way.
    pub routes: RouteNames,
    /// True when it is registered as a news Page.
    pub news: bool,
    /// The hosts that it whitelists, in small letters.
    pub whitelisted_domains: Vec<String>,
    /// The words that hold whatever its protocol says.
    pub overrides: Overrides,
}

/// An account on Instagram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSpec {
    /// Where it stands.
    pub span: Span,
    /// Its id, a string of digits below 2^63.
    pub id: Option<Spanned<String>>,
    /// The protocol that it follows; that of the world if none.
    pub protocol: Option<Spanned<Protocol>>,
    /// The app that is the primary receiver; absent for none.
    pub primary_receiver: Option<Spanned<String>>,
    /// The default app; absent for none.
    pub default_app: Option<Spanned<String>>,
    /// True when handover is switched off.
    pub handover_off: bool,
    /// Where conversations go that begin in a certain way.
    pub routes: RouteNames,
    /// The words that hold whatever its protocol says.
    pub overrides: Overrides,
}

/// An app.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppSpec {
    /// The name it has in steps and expressions.
    pub name: Spanned<String>,
    /// Its id, a string of digits below 2^53.
    pub id: Option<Spanned<String>>,
    /// Its secret, for a place that wants a text.
    pub secret: Option<Node>,
    /// The token of the verification handshake, for a place that wants a text.
    pub verify_token: Option<Node>,
    /// Its token for the first Page, for a place that wants a text.
    pub page_token: Option<Node>,
    /// Its tokens for Pages that are named, each for a place that wants a text.
    pub page_tokens: Vec<(Spanned<String>, Node)>,
    /// The URL of its webhook, for a place that wants a text.
    pub webhook: Option<Node>,
    /// The command that starts it: a text that is split as a shell would, or a list of arguments.
    pub start: Option<Node>,
    /// Globs of the files that restart it when they change; absent for everything in its folder.
    pub watch: Option<Vec<Spanned<String>>>,
    /// Its environment; each value is for a place that wants a text.
    pub env: Vec<(Key, Node)>,
    /// The subscribed fields; absent for the default.
    pub fields: Option<Vec<String>>,
    /// The features it has been granted.
    pub features: Vec<String>,
    /// The permissions of its Page token; absent for all.
    pub permissions: Option<Vec<String>>,
    /// Its mode, by its word; absent for live.
    pub mode: Option<&'static str>,
    /// The version of Graph that it has chosen for calls which name none; absent for the newest.
    pub api_version: Option<GraphVersion>,
    /// True when it has no role under the first handover protocol.
    pub without_role: bool,
    /// True when it may not take control under routing.
    pub may_not_take: bool,
    /// Whether each of its calls must carry a proof of its secret.
    pub require_proof: bool,
    /// Where its bot comes from, when the run decides that instead of the world.
    pub given: Option<Given>,
    /// Where it stands.
    pub span: Span,
}

/// Where the bot of an app comes from, when the world does not say it.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// This run starts it, in this folder; the text holds the command.
    Command {
        /// What was given, for errors that point into it.
        text: Arc<SourceText>,
        /// Where it runs.
        folder: PathBuf,
    },
    /// Somebody starts it, in a debugger perhaps, and is told what it needs.
    ByHand,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PersonSpec {
    /// The name that steps and expressions use.
    pub name: Spanned<String>,
    /// The id on the first Page, a string of digits below 2^63.
    pub id: Option<Spanned<String>>,
    /// The platform on which she writes; that of each Page if none.
    pub platform: Option<Spanned<Platform>>,
    /// The ids on Pages that are named.
    pub ids: Vec<(Spanned<String>, Spanned<String>)>,
    /// The first name in the profile.
    pub first_name: Option<String>,
    /// The last name in the profile.
    pub last_name: Option<String>,
    /// The locale in the profile.
    pub locale: Option<String>,
    /// The time zone in the profile, in hours from UTC.
    pub timezone: Option<i32>,
    /// The gender in the profile.
    pub gender: Option<String>,
    /// The URL of the picture in the profile.
    pub profile_pic: Option<String>,
    /// The apps on which the person has a role.
    pub tester_of: Vec<Spanned<String>>,
    /// Where it stands.
    pub span: Span,
}

impl PageSpec {
    /// True where people can write to it on a platform.
    #[must_use]
    pub fn is_on(&self, platform: Platform) -> bool {
        self.platform == platform || platform == Platform::Instagram && self.instagram.is_some()
    }
}

impl AppSpec {
    /// Gives it this token for the first Page, which may have a name.
    pub fn set_page_token(&mut self, first: Option<&Spanned<String>>, token: Node) {
        match first.filter(|_| !self.page_tokens.is_empty()) {
            Some(first) => {
                self.page_tokens.retain(|(page, _)| page.value != first.value);
                self.page_tokens.push((first.clone(), token));
            }
            None => self.page_token = Some(token),
        }
    }
}

impl WorldSpec {
    /// The world with the app and the person that there are when none is declared: `bot` and `user`.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        let name = |name: &str| Spanned::new(name.to_owned(), self.span);
        if self.apps.is_empty() {
            let app = AppSpec { name: name("bot"), span: self.span, ..AppSpec::default() };
            self.apps.push(app);
        }
        if self.people.is_empty() {
            let person = PersonSpec { name: name("user"), span: self.span, ..PersonSpec::default() };
            self.people.push(person);
        }
        self
    }

    /// Makes a world without apps and people.
    #[must_use]
    pub fn empty(file: Arc<SourceText>) -> Self {
        let (pages, span) = (vec![PageSpec::default()], Span::default());
        let written = Node { kind: NodeKind::Null, ..Node::text("", span) };
        Self { protocol: None, pages, apps: Vec::new(), people: Vec::new(), file, written, span }
    }

    /// Gives the names that steps can use.
    #[must_use]
    pub fn names(&self) -> Names {
        Names {
            apps: self.apps.iter().map(|app| app.name.value.clone()).collect(),
            people: self.people.iter().map(|person| person.name.value.clone()).collect(),
            pages: self.pages.iter().filter_map(|page| Some(page.called.as_ref()?.value.clone())).collect(),
            captures: None,
            certainty: Certainty::Complete,
        }
    }
}

/// Reads a file of scenarios, worlds or a part; `loader` gives what other files hold that it names by their paths.
///
/// A document with an error is left out; its errors, and those of all others, are given in the order of the file.
pub fn load(path: &Path, text: String, loader: Loader<'_>) -> (Vec<Document>, Vec<Diagnostic>) {
    load::load(path, text, loader)
}

#[cfg(test)]
mod tests;
