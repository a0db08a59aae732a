//! Values as errors show them: without the secrets and tokens that a world holds.

use emulator_core::Hidden;
use serde_json::Value;

use super::Scope;
use crate::diagnostics::Diagnostic;
use crate::node::Node;
use crate::vocabulary::{AppMember, EmulatorMember, PersonMember, Root};

/// How many members are listed at most.
const LISTED: usize = 6;
/// The members of apps that only the app itself may know.
const SECRET: &[AppMember] = &[AppMember::Secret, AppMember::VerifyToken, AppMember::PageToken];

/// Says that a node gives something else than the text that is needed.
pub(super) fn no_text(node: &Node, value: &Value) -> Diagnostic {
    let problem = Diagnostic::new(node.span, "a text is needed here");
    let name = node.source.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
    let name =
        name.filter(|name| name.chars().all(|letter| letter.is_alphanumeric() || "_.-".contains(letter)));
    match value {
        Value::Object(members) => {
            let path =
                |member: &String| name.map_or_else(|| member.clone(), |name| format!("${{{name}.{member}}}"));
            let mut listed: Vec<String> =
                members.keys().take(LISTED).map(|member| format!("`{}`", path(member))).collect();
            if members.len() > LISTED {
                listed.push("…".to_owned());
            }
            let help = (!listed.is_empty()).then(|| format!("take one of them: {}", listed.join(", ")));
            problem.label(format!("this is {} with members", kind(name, value))).help_if(help)
        }
        Value::Array(_) => problem.label("this is a list"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            problem.label(format!("this gives {value}"))
        }
    }
}

/// What something with members is.
fn kind(name: Option<&str>, value: &Value) -> &'static str {
    let has = |member: &str| value.get(member).is_some();
    match name.and_then(Root::parse) {
        Some(Root::Page) => "a Page",
        Some(Root::Inbox) => "the Page Inbox",
        Some(Root::Env) => "the environment",
        Some(Root::Vars) => "a mapping",
        Some(Root::Emulator) => "the emulator",
        Some(Root::Now) | None if has(AppMember::VerifyToken.name()) => "an app",
        Some(Root::Now) | None if has(EmulatorMember::Bin.name()) => "the emulator",
        Some(Root::Now) | None if has(PersonMember::Id.name()) && has(PersonMember::Name.name()) => {
            "a person or a Page"
        }
        Some(Root::Now) | None => "something",
    }
}

/// The secrets and tokens of everything that a scope knows.
pub(super) fn secrets(scope: &dyn Scope) -> Hidden {
    let mut found = Vec::new();
    for name in scope.names() {
        // The variables of the environment are the user's own words.
        if Root::parse(&name).is_none()
            && let Some(value) = scope.lookup(&name)
        {
            collect(&name, &value, &mut found);
        }
    }
    Hidden::known(found)
}

fn collect(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    for (member, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{member}");
        match value {
            Value::String(secret) if SECRET.iter().any(|known| known.name() == member) => {
                found.push((secret.clone(), path));
            }
            Value::Object(_) => collect(&path, value, found),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {}
        }
    }
}
