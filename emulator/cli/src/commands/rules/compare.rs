//! `rules diff A B`: what differs between two protocols, by the questions of somebody who moves a bot from one to the
//! other.

use std::fmt::Write as _;

use emulator_core::{
    ControlEdge, Fixed, Leader, MessagingFeature, OptionRule, Options, Protocol, RefusalKind, Unowned,
};
use emulator_server::graph::wording;

/// The questions, each with the options that answer it. An option that stands nowhere is one that protocols share.
const QUESTIONS: &[(&str, &[&str])] = &[
    (
        "Who gets a conversation",
        &[
            "leader_claims",
            "tap_claims",
            "link_claims",
            "ad_claims",
            "organic_claims",
            "announce_implicit_moves",
        ],
    ),
    ("Who keeps it, and for how long", &["control_ends", "activity", "role_lost"]),
    ("Who may send", &["exclusive", "idle_sends", "human_agent", "sender_actions", "signals_in_window"]),
    ("Who hears", &["idle_delivery", "tap_heard", "standby_postback", "handover_broadcast"]),
    ("Passing control", &["passes", "pass_reaches", "pass_without_target", "pass_to_itself"]),
    ("Taking control", &["takes", "take_by_owner", "take_from_inbox"]),
    ("Asking for control", &["requests", "request_on_idle", "request_by_owner"]),
    ("Giving control up", &["release"]),
    ("Asking who is in control", &["owner_told_to"]),
    (
        "Agents in the Page Inbox",
        &["inbox_main", "inbox_reply", "done_gives", "reply_in_done", "done_folder", "inbox_echo_app_id"],
    ),
    ("What control events say", &["control_fields", "app_id_type", "missing_metadata"]),
];

/// What a bot meets otherwise under the second protocol.
pub(super) fn text(from: Protocol, to: Protocol) -> String {
    let mut out = format!("From {} to {}\n", from.name(), to.name());
    let mut any = false;
    let mut section = |question: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            any = true;
            let _ = write!(out, "\n{question}\n{}", lines.concat());
        }
    };
    section("Roles", roles(Fixed::of(from), Fixed::of(to), [from, to]));
    section("What a Page says of itself", features(Fixed::of(from), Fixed::of(to), [from, to]));
    section("Edges", edges(Fixed::of(from), Fixed::of(to)));
    for (question, options) in QUESTIONS {
        let rows = Options::ALL.iter().filter(|option| options.contains(&option.name));
        section(question, rows.filter_map(|option| option_line(option, [from, to])).collect());
    }
    section("How calls are refused", refusals(Fixed::of(from), Fixed::of(to), [from, to]));
    if !any {
        out.push_str("\nNothing differs.\n");
    }
    out
}

fn option_line(option: &OptionRule, protocols: [Protocol; 2]) -> Option<String> {
    let [before, now] = protocols.map(|protocol| option.default(protocol));
    let answers = protocols.map(|protocol| {
        let meaning = option.meaning_of(option.default(protocol)).unwrap_or_default();
        instead(option.name, protocol).unwrap_or(meaning).to_owned()
    });
    if before == now || answers[0] == answers[1] {
        return None;
    }
    Some(changed(&format!("{} (`{}`)", option.meaning, option.name), &answers, protocols))
}

/// What answers a question in a protocol where another decision leaves its own word nothing to decide.
fn instead(option: &str, protocol: Protocol) -> Option<&'static str> {
    let word = |name: &str| Options::ALL.iter().find(|row| row.name == name).map(|row| row.default(protocol));
    let always_owned = matches!(Fixed::of(protocol).unowned, Unowned::Primary);
    match option {
        "tap_heard" if word("tap_claims") == Some("always") => {
            // The tap has given it control.
            Some("On messaging, with the payload.")
        }
        "request_on_idle" if word("requests") == Some("refuse") => {
            Some("Nothing: it is refused with code 100.")
        }
        "request_on_idle" | "idle_sends" | "idle_delivery" if always_owned => {
            Some("There is none: the primary receiver has what no app was given.")
        }
        "leader_claims" if always_owned => Some("It has it already, unless another party was given it."),
        "pass_without_target" if word("pass_reaches") == Some("primary") => {
            Some("That of the primary receiver is refused; that of another app goes to the primary receiver.")
        }
        _ => None,
    }
}

/// A question with both answers.
fn changed(question: &str, answers: &[String; 2], protocols: [Protocol; 2]) -> String {
    let mut letters = question.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let [from, to] = protocols.map(Protocol::name);
    let width = from.len().max(to.len());
    let [before, now] = answers;
    format!("  {first}{}\n    {from:width$}  {before}\n    {to:width$}  {now}\n", letters.as_str())
}

fn roles(before: Fixed, now: Fixed, protocols: [Protocol; 2]) -> Vec<String> {
    const fn leader(fixed: Fixed) -> &'static str {
        match fixed.leader {
            Leader::PrimaryReceiver => "A primary receiver, which is an app.",
            Leader::DefaultApp => "A default app, which may be the Page Inbox.",
            Leader::Nobody => "None.",
        }
    }
    const fn unowned(fixed: Fixed) -> &'static str {
        match fixed.unowned {
            Unowned::Idle => "Nobody: it is idle.",
            Unowned::Primary => "The primary receiver; a conversation is never idle.",
        }
    }
    let rows = [
        ("which app an admin can set above the others", leader as fn(Fixed) -> &'static str),
        ("who has a conversation that no app was given", unowned),
    ];
    let differ = rows.into_iter().filter(|(_, answer)| answer(before) != answer(now));
    differ
        .map(|(question, answer)| {
            changed(question, &[before, now].map(|fixed| answer(fixed).to_owned()), protocols)
        })
        .collect()
}

fn features(before: Fixed, now: Fixed, protocols: [Protocol; 2]) -> Vec<String> {
    const fn flags(fixed: Fixed) -> &'static str {
        match fixed.feature {
            None => "All its flags are false.",
            Some(MessagingFeature::HandoverV2) => "`hop_v2` is true.",
            Some(MessagingFeature::Routing) => "`msgr_multi_app` is true.",
        }
    }
    if before.feature == now.feature {
        return Vec::new();
    }
    let answers = [before, now].map(|fixed| flags(fixed).to_owned());
    vec![changed("`messaging_feature_status` of the Page", &answers, protocols)]
}

fn edges(before: Fixed, now: Fixed) -> Vec<String> {
    let names = |from: Fixed, without: Fixed| -> Vec<&str> {
        let gone = from.edges.iter().filter(|edge| !without.edges.contains(edge));
        gone.map(|edge: &ControlEdge| edge.name()).collect()
    };
    let (gone, new) = (names(before, now), names(now, before));
    let list =
        |what: &str, names: &[&str]| (!names.is_empty()).then(|| format!("  {what}: {}\n", names.join(", ")));
    let send = match (before.send_passes_control, now.send_passes_control) {
        (false, true) => Some(
            "  New: `thread_control` beside a message, which passes or releases control once it is sent\n"
                .to_owned(),
        ),
        (true, false) => {
            Some("  Gone: `thread_control` beside a message, which is refused with code 100\n".to_owned())
        }
        (true, true) | (false, false) => None,
    };
    list("Gone, and answered as an unknown path (code 2500)", &gone)
        .into_iter()
        .chain(list("New", &new))
        .chain(send)
        .collect()
}

/// The cell of a row that words a refusal.
type KindOf = fn(Fixed) -> RefusalKind;

fn refusals(before: Fixed, now: Fixed, protocols: [Protocol; 2]) -> Vec<String> {
    let rows: [(&str, KindOf); 5] = [
        ("a message by an app that is not in control", |fixed| fixed.not_owner_send),
        ("a pass by an app that is not in control", |fixed| fixed.not_owner_pass),
        ("a take by an app that may not take", |fixed| fixed.take_refused),
        ("a release by an app that is not in control", |fixed| fixed.not_owner_release),
        ("an extension by an app that is not in control", |fixed| fixed.not_owner_extend),
    ];
    let differ = rows.into_iter().map(|(what, kind)| (what, wording(kind(before)), wording(kind(now))));
    let differ = differ.filter(|(_, before, now)| before != now);
    differ.map(|(what, before, now)| changed(what, &[before, now], protocols)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_differs_between_protocols_is_told() {
        for option in Options::ALL {
            let [first, others @ ..] = &option.defaults;
            let told = QUESTIONS.iter().filter(|(_, names)| names.contains(&option.name)).count();
            assert!(told < 2, "{} answers two questions", option.name);
            assert!(
                told == 1 || others.iter().all(|other| other == first),
                "{} answers no question",
                option.name
            );
        }
        for (_, names) in QUESTIONS {
            let known = |name: &&str| Options::ALL.iter().any(|option| option.name == *name);
            assert!(names.iter().all(known), "{names:?}");
        }
    }

    #[test]
    fn what_another_decision_leaves_nothing_to_decide_is_told_by_what_comes_of_it() {
        let told = text(Protocol::HandoverV1, Protocol::ConversationRouting);
        assert!(!told.contains("It gives control at once"), "routing has no requests: {told}");
        assert!(
            !told.contains("`tap_heard`"),
            "the app of a tapped button hears it on messaging in both: {told}"
        );
        assert!(told.contains("There is none: the primary receiver has what no app was given."), "{told}");
        let told = text(Protocol::Handover, Protocol::DefaultBehavior);
        assert!(told.contains("27, subcode 2018464") && told.contains("`hop_v2` is true."), "{told}");
    }

    #[test]
    fn nothing_differs_from_itself() {
        assert!(text(Protocol::Handover, Protocol::Handover).ends_with("Nothing differs.\n"));
    }
}
