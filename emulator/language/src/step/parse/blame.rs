//! What to say of a step that does not tell who acts, or what they do.

use crate::diagnostics::{Diagnostic, did_you_mean, one_of, suggestion};
use crate::node::{Key, Node, Span};
use crate::vocabulary::{self as words, Head};

/// Says why no key of a step tells who acts.
pub(super) fn no_head(entries: &[(Key, Node)], span: Span) -> Diagnostic {
    let all: Vec<&str> = words::HEADS.iter().map(|head| head.name).collect();
    let Some((first, _)) = entries.first() else {
        return Diagnostic::new(span, "this step is empty").help(format!("begin it with {}", one_of(&all)));
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| words::HEADS_NOT_YET.contains(&key.name.as_str()))
    {
        return Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet");
    }
    let problem = Diagnostic::new(first.span, format!("a step cannot begin with `{}`", first.name));
    for (key, _) in entries {
        if let Some(near) =
            did_you_mean(&key.name, all.iter().copied().chain(words::HEADS_NOT_YET.iter().copied()))
        {
            let message = format!("a step cannot begin with `{}`", key.name);
            return Diagnostic::new(key.span, message)
                .label("unknown key")
                .help(format!("did you mean `{near}`?"));
        }
    }
    let actor = words::HEADS.iter().find(|head| {
        let knows =
            |name: &str| head.verbs.iter().any(|verb| verb.name == name) || head.not_yet.contains(&name);
        entries.iter().any(|(key, _)| knows(&key.name))
    });
    if let Some(actor) = actor {
        return problem.label("who does it?").help(format!("say who: put `{}: NAME` before it", actor.name));
    }
    if words::expectation(&first.name).is_some() || words::EXPECTATIONS_NOT_YET.contains(&first.name.as_str())
    {
        return problem.help(format!("if this is an expectation, write `expect: {{{}: …}}`", first.name));
    }
    problem.label("unknown key").help(format!("begin it with {}", one_of(&all)))
}

/// Says why no key of a step is something its actor does.
pub(super) fn no_verb(head: &Head, entries: &[(Key, Node)], span: Span, what: &str) -> Diagnostic {
    let verbs: Vec<&str> = head.verbs.iter().map(|verb| verb.name).collect();
    let others: Vec<&Key> = entries.iter().map(|(key, _)| key).filter(|key| key.name != head.name).collect();
    if let Some(key) = others.iter().find(|key| head.not_yet.contains(&key.name.as_str())) {
        return Diagnostic::new(key.span, words::not_yet(&key.name)).label("not supported yet");
    }
    let elsewhere = others.iter().find_map(|key| {
        let other = words::HEADS.iter().find(|other| other.verbs.iter().any(|verb| verb.name == key.name))?;
        (other.name != head.name).then_some((*key, other))
    });
    if let Some((key, other)) = elsewhere {
        return Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
            .label(format!("{} does this", actor(other)))
            .help(format!("write `{}: NAME`, or use {}", other.name, one_of(&verbs)));
    }
    if let Some(key) = others.iter().find(|key| did_you_mean(&key.name, verbs.iter().copied()).is_some()) {
        return Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
            .label("unknown key")
            .help(suggestion(&key.name, &verbs, ""));
    }
    match others.iter().find(|key| !["as", "of", "to", "refused", "answers"].contains(&key.name.as_str())) {
        Some(key) => {
            Diagnostic::new(key.span, format!("`{}` is nothing that {} does", key.name, actor(head)))
                .label("unknown key")
                .help(format!("use {}", one_of(&verbs)))
        }
        None => Diagnostic::new(span, format!("this {what} does not say what the {} does", noun(head)))
            .help(format!("add {}", one_of(&verbs))),
    }
}

fn actor(head: &Head) -> String {
    match head.name {
        "app" => "an app".to_owned(),
        "inbox" => "the inbox".to_owned(),
        _ => format!("a {}", noun(head)),
    }
}

fn noun(head: &Head) -> &'static str {
    if head.name == "user" { "person" } else { head.name }
}
