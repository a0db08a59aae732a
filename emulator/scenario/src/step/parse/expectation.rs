//! Builds what stands behind `expect:` and `never:`.

use super::acts::folder;
use super::{Builder, is_identifier, spanned};
use crate::check::{Mode, is_matcher};
use crate::diagnostics::{Diagnostic, one_of, suggestion};
use crate::node::{Key, Node, Spanned};
use crate::step::{Act, AppVerbKind, Awaited, Certainty, Channel, Expectation, Owner, Window};
use crate::vocabulary::{self as words, Head, Kind};

impl Builder<'_> {
    /// Builds an expectation; `word` is `expect` or `never`, and `beside` the `on` beside that.
    pub(super) fn expectation(
        &mut self,
        node: &Node,
        word: &str,
        beside: Option<(&Key, &Node)>,
    ) -> Option<Act> {
        let Some(entries) = node.entries() else {
            self.check.wrong(
                word,
                node,
                "takes a mapping",
                &format!("write for example `{word}: {{app: NAME, sends: some text}}`"),
            );
            return None;
        };
        let (head, key) = self.subject(entries, node, word)?;
        let value = node.get(head.name)?;
        if word == "never" {
            for name in ["within", "as"] {
                if let Some((key, _)) = node.entry(name) {
                    let problem = Diagnostic::new(key.span, format!("`never` takes no `{name}`"));
                    self.check
                        .report(problem.help("it holds to the end of the scenario and matches nothing"));
                }
            }
            if head.name == "nothing" {
                let problem = Diagnostic::new(key.span, "`never` cannot wait for quiet");
                self.check.report(problem.help("write `expect: {nothing: true, for: 300ms}`"));
                return None;
            }
        }
        let what = match head.name {
            "app" => self.awaited_call(head, node, value),
            "webhook" => self.awaited_delivery(head, node, value),
            _ => {
                let known = (head.beside, head.not_yet);
                self.keys_beside(head.name, known, entries, &[head.name], Mode::Awaited);
                self.awaited_state(head, node, value)
            }
        };
        let within = node.get("within").and_then(|within| self.real_time_quietly(within));
        let of_nobody = node.get("asks_receivers").is_some();
        let asks_person = !matches!(head.name, "webhook" | "nothing") && !of_nobody;
        let named = node.get("of");
        let of = if asks_person || named.is_some() {
            let person = self.check.understood_person(named, "of", node.span);
            person.map(|name| Spanned::new(name, named.unwrap_or(value).span))
        } else {
            None
        };
        let on = self.page_of(head, node, beside);
        let expectation = Expectation { span: node.span, what: what?, of, on, within };
        Some(if word == "expect" { Act::Expect(expectation) } else { Act::Never(expectation) })
    }

    /// Finds the key that says what the expectation is about.
    fn subject<'n>(
        &mut self,
        entries: &'n [(Key, Node)],
        node: &Node,
        word: &str,
    ) -> Option<(&'static Head, &'n Key)> {
        let mut heads =
            entries.iter().filter_map(|(key, _)| words::expectation(&key.name).map(|head| (head, key)));
        let problem = match (heads.next(), heads.next()) {
            (Some(found), None) => return Some(found),
            (Some((first, _)), Some((second, key))) => Diagnostic::new(
                key.span,
                format!("`{}` and `{}` are two expectations", first.name, second.name),
            )
            .help("write a step for each"),
            (None, _) => {
                let all: Vec<&str> = words::EXPECTATIONS.iter().map(|head| head.name).collect();
                let lacking = words::EXPECTATIONS_NOT_YET;
                if let Some((key, _)) = entries.iter().find(|(key, _)| lacking.contains(&key.name.as_str())) {
                    Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet")
                } else if let Some((key, _)) =
                    entries.iter().find(|(key, _)| words::head(&key.name).is_none())
                {
                    let problem = Diagnostic::new(key.span, format!("`{word}` has no key `{}`", key.name));
                    let calls = words::APP_VERBS.iter().any(|verb| verb.name == key.name);
                    if calls {
                        problem.label("which app?").help("name the app: `app: NAME` before it")
                    } else {
                        problem.label("unknown key").help(suggestion(&key.name, &all, ""))
                    }
                } else {
                    Diagnostic::new(node.span, format!("`{word}` does not say what it is about"))
                        .help(format!("use {}", one_of(&all)))
                }
            }
        };
        self.check.report(problem);
        None
    }

    /// The Page that an expectation is about, named in it or beside it; the names were checked with the other keys.
    fn page_of(
        &mut self,
        head: &Head,
        node: &Node,
        beside: Option<(&Key, &Node)>,
    ) -> Option<Spanned<String>> {
        let inside = node.get("on");
        if let Some((key, page)) = beside {
            let takes = head.beside.iter().any(|field| field.name == "on");
            let problem = if !takes {
                Diagnostic::new(key.span, format!("`{}` is about all Pages", head.name))
                    .help("leave `on` out")
            } else if inside.is_some() {
                Diagnostic::new(key.span, "`on` stands here and in the expectation")
                    .help("leave one of them out")
            } else {
                return Some(spanned(page));
            };
            self.check.report(problem);
        }
        inside.map(spanned)
    }

    fn awaited_call(&mut self, head: &'static Head, node: &Node, app: &Node) -> Option<Awaited> {
        self.check.app("app", app);
        let (verb, value) = self.verb(head, node, Mode::Awaited)?;
        if !(value.is_yes() || verb.name == "extends_control" && is_matcher(value)) {
            self.check.value(verb.name, verb.value, value, Mode::Awaited);
        }
        Some(Awaited::App {
            who: spanned(app),
            verb: AppVerbKind::parse(verb.name)?,
            params: (!value.is_yes()).then(|| value.clone()),
            messaging_type: node.get("messaging_type").cloned(),
            tag: node.get("tag").cloned(),
            refused: self.refused(node),
        })
    }

    fn awaited_delivery(&mut self, head: &'static Head, node: &Node, app: &Node) -> Option<Awaited> {
        self.check.app("webhook", app);
        let known = (head.beside, head.not_yet);
        self.keys_beside(head.name, known, node.entries()?, &[head.name], Mode::Awaited);
        let word = |name: &str| node.get(name).map(|value| value.source.as_str());
        Some(Awaited::Webhook {
            app: spanned(app),
            channel: word("channel")
                .map(|name| if name == "standby" { Channel::Standby } else { Channel::Messaging }),
            field: word("field").map(str::to_owned),
            event: node.get("event").cloned(),
            acknowledged: !matches!(word("acknowledged"), Some("false" | "False" | "FALSE" | "off")),
        })
    }

    fn awaited_state(&mut self, head: &'static Head, node: &Node, value: &Node) -> Option<Awaited> {
        match head.name {
            "owner" => self.owner(value).map(Awaited::Owner),
            "folder" => {
                let word = self.check.word("folder", words::FOLDERS, value)?;
                Some(Awaited::Folder(folder(word)))
            }
            "window" => self
                .check
                .word("window", words::WINDOWS, value)
                .map(|word| Awaited::Window(if word == "open" { Window::Open } else { Window::Closed })),
            _ => {
                self.check.value("nothing", Kind::Flag, value, Mode::Given);
                let Some(length) = node.get("for") else {
                    let problem = Diagnostic::new(node.span, "`nothing` needs to know for how long");
                    self.check.report(problem.help("add `for: 300ms`"));
                    return None;
                };
                self.real_time_quietly(length).map(|for_ms| Awaited::Nothing { for_ms })
            }
        }
    }

    fn owner(&mut self, node: &Node) -> Option<Owner> {
        match node.source.as_str() {
            "inbox" => return Some(Owner::Inbox),
            "idle" => return Some(Owner::Idle),
            "none" => return Some(Owner::None),
            _ if node.is_null() => return Some(Owner::None),
            _ => {}
        }
        let open = self.check.names.certainty == Certainty::Open && is_identifier(&node.source);
        let known = open || self.check.names.apps.contains(&node.source);
        if known && node.is_scalar() {
            return Some(Owner::App(spanned(node)));
        }
        let mut owners: Vec<&str> = self.check.names.apps.iter().map(String::as_str).collect();
        owners.extend(words::OWNERS);
        let problem = if node.is_scalar() {
            Diagnostic::new(node.span, format!("`{}` cannot be an owner", node.source))
        } else {
            Diagnostic::new(node.span, "`owner` takes the name of an app or a word")
        };
        self.check.report(problem.help(suggestion(&node.source, &owners, "")));
        None
    }

    /// Reads real time that was checked already with the other keys.
    fn real_time_quietly(&mut self, node: &Node) -> Option<u64> {
        let before = self.check.problems.len();
        let milliseconds = self.check.real_time("within", node);
        self.check.problems.truncate(before);
        milliseconds
    }
}
