//! What follows from a row.

use std::collections::BTreeMap;

use emulator_core::RefusalKind;
use emulator_language::matcher::Pattern;
use emulator_language::node::{Node, NodeKind};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::length::{Length, Window};
use super::plain;

/// What follows from the last step. What is left out stays as it was; no deliveries means none.
pub(crate) struct Then {
    pub(crate) says: Says,
    /// The facts that the deciding rule read, exactly; looked at only where it stands.
    pub(crate) saw: Option<Pattern>,
    /// What changes by which rule and from which facts; looked at only where it stands.
    pub(crate) effects: Option<Map<String, Value>>,
    /// What is answered.
    pub(crate) answer: Option<Answer>,
    pub(crate) deliveries: Vec<Heard>,
}

/// What is plain of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Says {
    /// The rule that let it through.
    #[serde(default)]
    pub(crate) accepted: Option<String>,
    #[serde(default)]
    pub(crate) refused: Option<Refused>,
    #[serde(default)]
    pub(crate) owner: Option<String>,
    /// In what time control ends.
    #[serde(default)]
    pub(crate) expires: Option<Length>,
    #[serde(default)]
    pub(crate) folder: Option<String>,
    #[serde(default)]
    pub(crate) marked_done: Option<bool>,
    #[serde(default)]
    pub(crate) window: Option<Window>,
    #[serde(default)]
    pub(crate) primary: Option<String>,
    /// Who does not hear of it for want of what; looked at only where a row is about that.
    #[serde(default)]
    pub(crate) unheard: Option<BTreeMap<String, String>>,
    /// Apps whose developers are told that their webhooks fail.
    #[serde(default)]
    pub(crate) failing: Vec<String>,
    /// Apps whose webhooks are switched off.
    #[serde(default)]
    pub(crate) disabled: Vec<String>,
    /// True in a row that shows how far a switch does not reach.
    #[serde(default)]
    pub(crate) same_as_default: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    /// The refusal: the name of its [`RefusalKind`] in small letters.
    pub(crate) kind: String,
    /// The rule that refused it; the row's own when left out.
    #[serde(default)]
    pub(crate) rule: Option<String>,
}

/// What the caller is answered, with names and lengths in place of ids and moments.
pub(crate) struct Answer {
    pub(crate) pattern: Pattern,
    pub(crate) shown: Value,
}

/// One app hears of one event: in the keys of the wire, with names and lengths in place of ids and moments.
pub(crate) struct Heard {
    pub(crate) app: String,
    /// The name of the event.
    pub(crate) event: String,
    /// The delivery as the row writes it.
    pub(crate) shown: Value,
    pub(crate) pattern: Pattern,
    /// The facts for which the app hears of it on that channel; looked at only where they stand.
    pub(crate) saw: Option<Pattern>,
}

impl Then {
    pub(super) fn read(node: &Node) -> Result<Self, String> {
        let says = plain(node, &["saw", "effects", "answer", "deliveries"])?;
        let exact = |node: &Node| {
            Pattern::exact(node, &Map::new())
                .map_err(|problem| format!("`{}`: {}", node.source, problem.message))
        };
        let answer = node
            .get("answer")
            .map(|answer| Ok::<_, String>(Answer { pattern: exact(answer)?, shown: answer.literal() }));
        let deliveries = node.get("deliveries").map(|list| list.items().ok_or("`deliveries` takes a list"));
        let deliveries = deliveries.transpose()?.unwrap_or_default().iter().map(|heard| {
            let event = heard.get("event").and_then(Node::entries).and_then(<[_]>::first);
            let (event, _) = event.ok_or("a delivery has an event")?;
            let app = heard.get("app").ok_or("a delivery has an app")?.source.clone();
            let saw = heard.get("saw").map(exact).transpose()?;
            let heard = without(heard, "saw");
            Ok::<_, String>(Heard {
                app,
                event: event.name.clone(),
                shown: heard.literal(),
                pattern: exact(&heard)?,
                saw,
            })
        });
        Ok(Self {
            says,
            saw: node.get("saw").map(exact).transpose()?,
            effects: node.get("effects").and_then(|effects| effects.literal().as_object().cloned()),
            answer: answer.transpose()?,
            deliveries: deliveries.collect::<Result<_, _>>()?,
        })
    }
}

fn without(node: &Node, key: &str) -> Node {
    let entries = node.entries().unwrap_or_default().iter().filter(|(known, _)| known.name != key);
    Node { kind: NodeKind::Map(entries.cloned().collect()), ..node.clone() }
}

/// The word for a refusal: the name of its kind in small letters.
pub(crate) fn refusal_word(kind: &RefusalKind) -> String {
    if matches!(kind, RefusalKind::NoRoleOnApp { documented: true }) {
        return "no_role_on_app_as_documented".to_owned();
    }
    let name = format!("{kind:?}");
    let mut word = String::new();
    for letter in name.chars().take_while(char::is_ascii_alphanumeric) {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}
