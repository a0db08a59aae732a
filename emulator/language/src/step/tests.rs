//! Steps that are read.

use super::*;

fn names() -> Names {
    Names {
        apps: ["shopbot".into(), "livechat".into()].into(),
        people: ["ana".into()].into(),
        pages: ["shop".into(), "store".into()].into(),
        ..Names::default()
    }
}

fn step(text: &str) -> Step {
    let mut steps =
        parse_steps("t", text, &names()).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    assert_eq!(steps.len(), 1, "{text}");
    steps.remove(0)
}

fn awaited(text: &str) -> (Awaited, Option<String>, Option<u64>) {
    let act = step(text).act;
    let (Act::Expect { what, .. } | Act::Never { what, .. }) = &act else { panic!("{text}: {act:?}") };
    let within = if let Act::Expect { within, .. } = &act { *within } else { None };
    let what = what.clone();
    (what.what, what.of.map(|of| of.value), within)
}

fn app(text: &str) -> (AppVerb, Option<Box<Refusal>>, Option<Node>) {
    let act = step(text).act;
    let Act::App { who, of, verb, refused, answers } = act else { panic!("{text}: {act:?}") };
    assert_eq!(
        (who.value.as_str(), of.as_ref().map(|of| of.value.as_str())),
        ("livechat", Some("ana")),
        "{text}"
    );
    (verb, refused, answers)
}

#[test]
fn a_person_says_something() {
    for text in ["{user: ana, says: 42, as: first}", r#"{"user": "ana", "says": "42", "as": "first"}"#] {
        let step = step(text);
        let Act::User { who, verb: UserVerb::Says { text, nlp: None, reply_to: None } } = step.act else {
            panic!()
        };
        assert_eq!((who.value.as_str(), text.source.as_str()), ("ana", "42"));
        assert_eq!(step.capture.map(|capture| capture.value).as_deref(), Some("first"));
    }
}

#[test]
fn an_app_acts() {
    let (verb, refused, answers) = app(
        "{app: livechat, sends: {text: hi}, messaging_type: MESSAGE_TAG, tag: HUMAN_AGENT, answers: {message_id: {any: true}}}",
    );
    assert_eq!(call(&verb), "send_message messaging_type=MESSAGE_TAG tag=HUMAN_AGENT message={text: hi}");
    assert!(refused.is_none() && answers.is_some());

    let (verb, refused, _) = app(
        "{app: livechat, of: ana, passes_control: {to: shopbot, metadata: 7}, refused: {code: 10, type: OAuthException}}",
    );
    assert_eq!(call(&verb), "pass_thread_control target_app_id=shopbot metadata=7");
    let refused = refused.unwrap();
    assert_eq!(refused.parts().map(|(name, _)| name).collect::<Vec<_>>(), ["code", "type"]);
    assert_eq!(
        (refused.code.unwrap().source.as_str(), refused.kind.unwrap().source.as_str()),
        ("10", "OAuthException")
    );
    assert!(refused.status.is_none());

    for (text, expected) in [
        ("{app: livechat, takes_control: true}", "take_thread_control"),
        ("{app: livechat, takes_control: }", "take_thread_control"),
        ("{app: livechat, to: ana, releases_control: true}", "release_thread_control"),
        ("{app: livechat, requests_control: {}}", "request_thread_control"),
        ("{app: livechat, requests_control: {metadata: x}}", "request_thread_control metadata=x"),
        ("{app: livechat, passes_control: true}", "pass_thread_control"),
        (
            "{app: livechat, passes_control: {to: inbox}, refused: }",
            "pass_thread_control target_app_id=inbox",
        ),
        ("{app: livechat, passes_control: {to: \"123\"}}", "pass_thread_control target_app_id=123"),
        (
            "{app: livechat, passes_control: {to: \"${shopbot.id}\"}}",
            "pass_thread_control target_app_id=${shopbot.id}",
        ),
        ("{app: livechat, extends_control: 3d}", "extend_thread_control duration=3d"),
        ("{app: livechat, extends_control: true}", "extend_thread_control"),
        ("{app: livechat, extends_control: \"${vars.n}d\"}", "extend_thread_control duration=${vars.n}d"),
        (
            "{app: livechat, passes_metadata: {to: inbox, metadata: x}}",
            "pass_thread_metadata target_app_id=inbox metadata=x",
        ),
        ("{app: livechat, types: on}", "send_message sender_action=typing_on"),
        ("{app: livechat, types: }", "send_message sender_action=typing_on"),
        ("{app: livechat, types: off}", "send_message sender_action=typing_off"),
        ("{app: livechat, marks_seen: true}", "send_message sender_action=mark_seen"),
        ("{app: livechat, asks_owner: true}", "read_thread_owner"),
    ] {
        assert_eq!(call(&app(text).0), expected, "{text}");
    }
}

/// A call as a line: its route, and what is given for its parameters.
fn call(verb: &AppVerb) -> String {
    let AppVerb::Route(call) = verb else { panic!("{verb:?}") };
    let given = call.arguments.iter().map(|(name, argument)| {
        let given = match argument {
            Argument::Message(node) if node.entries().is_some() => node
                .entries()
                .unwrap()
                .iter()
                .map(|(key, value)| format!("{{{}: {}}}", key.name, value.source))
                .collect(),
            Argument::Text(node)
            | Argument::App(node)
            | Argument::Message(node)
            | Argument::Duration(node)
            | Argument::Earlier(node)
            | Argument::Any(node) => node.source.clone(),
            Argument::SendControl { control_type, app_id } => {
                let source = |node: &Option<Node>| node.as_ref().map_or("-", |node| &node.source).to_owned();
                format!("{} {}", source(control_type), source(app_id))
            }
            Argument::Word(word) => (*word).to_owned(),
        };
        format!(" {name}={given}")
    });
    format!("{}{}", call.route.name(), given.collect::<String>())
}

#[test]
fn a_call_about_nobody_needs_no_person() {
    let names = Names { people: ["ana".into(), "bo".into()].into(), ..names() };
    for text in ["{app: livechat, asks_receivers: true}", "expect: {app: shopbot, asks_receivers: true}"] {
        assert!(parse_steps("t", text, &names).is_ok(), "{text}");
    }
    let Act::App { of: None, verb, .. } = step("{app: livechat, asks_receivers: true}").act else { panic!() };
    assert_eq!(call(&verb), "list_secondary_receivers");
}

#[test]
fn a_person_does_more_than_talk() {
    for (text, expected) in [
        ("{user: ana, taps: Yes}", "Taps { what: "),
        ("{user: ana, taps: Yes, in: question, as: tap}", "Taps { what: "),
        ("{user: ana, sends: {image: https://example.com/a.png}}", "Sends { message: "),
        ("{user: ana, sends: {location: {lat: 1, long: 2}}}", "Sends { message: "),
        ("{user: ana, reacts: ❤, to: greeting}", "Reacts { emoji: "),
        ("{user: ana, reacts: none}", "Reacts { emoji: "),
        ("{user: ana, reads: true}", "Reads"),
        ("{user: ana, opens: {link: summer}}", "Opens(Link { link: "),
        ("{user: ana, blocks: true}", "Blocks"),
        ("{user: ana, unblocks: }", "Unblocks"),
        ("{user: ana, says: yes, reply_to: question}", "Says { text: "),
    ] {
        let Act::User { verb, .. } = step(text).act else { panic!("{text}") };
        let verb = format!("{verb:?}");
        assert!(verb.starts_with(expected), "{text}: {verb}");
    }
}

#[test]
fn an_agent_and_an_admin_act() {
    for (text, expected) in
        [("{inbox: ana, replies: hi}", "Replies"), ("{inbox: ana, moves_to: done}", "MovesTo(Done)")]
    {
        let Act::Inbox { person, verb } = step(text).act else { panic!("{text}") };
        assert_eq!(person.value, "ana");
        assert!(format!("{verb:?}").starts_with(expected), "{text}");
    }
    for (text, expected) in [
        ("primary_receiver: none", "PrimaryReceiver(Word(None))"),
        ("primary_receiver: null", "PrimaryReceiver(Word(None))"),
        ("primary_receiver: inbox", "PrimaryReceiver(Word(Inbox))"),
        ("primary_receiver: livechat", "PrimaryReceiver(App("),
        ("connects: livechat", "Connects("),
        ("removes: livechat", "Removes("),
        ("subscriptions: {livechat: [messages, standby]}", "Subscriptions("),
        ("features: {livechat: []}", "Features("),
        ("permissions: {livechat: [pages_messaging]}", "Permissions("),
        ("mode: {livechat: development}", "Mode("),
        ("token: {livechat: password_changed}", "Token("),
    ] {
        let Act::Page { changes, platform: None, refused: None } = step(&format!("page: {{{text}}}")).act
        else {
            panic!("{text}")
        };
        let change = format!("{:?}", changes[0]);
        assert!(change.starts_with(expected), "{text}: {change}");
    }
    let several =
        step("{page: {features: {shopbot: [human_agent], livechat: []}, removes: shopbot}, refused: true}");
    let Act::Page { changes, platform: None, refused: Some(_) } = several.act else { panic!() };
    assert_eq!(changes.len(), 3);
}

#[test]
fn the_clock_moves() {
    for (text, expected) in [
        ("clock: +24h", "Clock(By("),
        ("clock: 1d 6h", "Clock(By("),
        ("clock: \"${vars.wait}\"", "Clock(By("),
        ("clock: next", "Clock(Next)"),
        ("clock: {to: 2026-03-01T09:00:00Z}", "Clock(To("),
        ("clock: {to: \"${vars.at}\"}", "Clock(To("),
        ("note: it is late", "Note("),
    ] {
        let act = format!("{:?}", step(text).act);
        assert!(act.starts_with(expected), "{text}: {act}");
    }
}

#[test]
fn expectations_of_calls() {
    let (what, of, within) =
        awaited("expect: {app: shopbot, sends: {text: {contains: back}}, within: 2s, tag: {absent: true}}");
    let Awaited::App { who, verb, params, beside, refused } = what else { panic!() };
    assert_eq!(
        (who.value.as_str(), verb.name, of.as_deref(), within),
        ("shopbot", "sends", Some("ana"), Some(2_000))
    );
    assert!(params.unwrap().get("text").is_some() && refused.is_none());
    assert_eq!(beside.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["tag"]);

    for (text, verb, with) in [
        ("expect: {app: shopbot, sends: true}", "sends", false),
        ("expect: {app: shopbot, sends: hello}", "sends", true),
        ("expect: {app: shopbot, sends: {starts_with: h}}", "sends", true),
        ("expect: {app: shopbot, passes_control: {to: livechat}}", "passes_control", true),
        ("expect: {app: shopbot, passes_control: {to: {not: livechat}}}", "passes_control", true),
        ("expect: {app: shopbot, passes_control: true}", "passes_control", false),
        ("expect: {app: shopbot, takes_control: {metadata: {any: true}}}", "takes_control", true),
        ("expect: {app: shopbot, requests_control: }", "requests_control", false),
        ("expect: {app: shopbot, releases_control: true}", "releases_control", false),
        ("expect: {app: shopbot, extends_control: 3d}", "extends_control", true),
        ("expect: {app: shopbot, extends_control: true}", "extends_control", false),
        ("expect: {app: shopbot, passes_metadata: {to: inbox}}", "passes_metadata", true),
        ("expect: {app: shopbot, types: on}", "types", true),
        ("expect: {app: shopbot, types: true}", "types", false),
        ("expect: {app: shopbot, marks_seen: true}", "marks_seen", false),
        ("expect: {app: shopbot, asks_owner: true}", "asks_owner", false),
        ("never: {app: shopbot, sends: {any: true}}", "sends", true),
    ] {
        let Awaited::App { verb: found, params, .. } = awaited(text).0 else { panic!() };
        assert_eq!((found.name, params.is_some()), (verb, with), "{text}");
    }
    let (what, ..) =
        awaited("expect: {app: shopbot, takes_control: true, refused: {subcode: {absent: true}}}");
    assert!(matches!(what, Awaited::App { refused: Some(refused), .. } if refused.subcode.is_some()));
}

#[test]
fn expectations_of_deliveries_and_states() {
    let (what, of, _) = awaited(
        "expect: {webhook: livechat, channel: standby, field: messages, event: {message: {text: hi}}, of: ana, acknowledged: false}",
    );
    let Awaited::Webhook { app, channel, field, event, acknowledged, attempts: None } = what else {
        panic!()
    };
    assert_eq!(
        (app.value.as_str(), channel, field.as_deref()),
        ("livechat", Some(Channel::Standby), Some("messages"))
    );
    assert!(event.is_some() && !acknowledged && of.is_some());
    let (what, of, _) = awaited("expect: {webhook: livechat}");
    assert!(matches!(
        what,
        Awaited::Webhook { channel: None, field: None, event: None, acknowledged: true, .. }
    ));
    assert_eq!(of, None);

    for (text, expected) in [
        ("expect: {owner: idle}", "Owner(Word(Idle))"),
        ("expect: {owner: inbox}", "Owner(Word(Inbox))"),
        ("expect: {owner: none}", "Owner(Word(None))"),
        ("expect: {owner: null}", "Owner(Word(None))"),
        ("expect: {folder: main}", "Folder(Main)"),
        ("expect: {folder: done}", "Folder(Done)"),
        ("expect: {folder: spam}", "Folder(Spam)"),
        ("expect: {window: open}", "Window(Open)"),
        ("never: {window: closed}", "Window(Closed)"),
        ("expect: {nothing: true, for: 300ms}", "Nothing { for_ms: 300 }"),
    ] {
        assert_eq!(format!("{:?}", awaited(text).0), expected, "{text}");
    }
    let (Awaited::Owner(Owner::App(app)), of, _) = awaited("expect: {owner: shopbot}") else { panic!() };
    assert_eq!((app.value.as_str(), of.as_deref()), ("shopbot", Some("ana")));
}

#[test]
fn a_capture_stands_beside_or_inside_an_expectation() {
    for text in ["{expect: {owner: idle}, as: x}", "expect: {owner: idle, as: x}"] {
        assert_eq!(step(text).capture.unwrap().value, "x", "{text}");
    }
}

#[test]
fn a_body_is_one_step_or_a_list() {
    assert_eq!(parse_steps("t", "- {user: ana, says: a}\n- {clock: next}", &names()).unwrap().len(), 2);
    assert_eq!(parse_steps("t", "[]", &names()).unwrap(), []);
    for (wrong, message) in [
        ("", "there is no step"),
        ("clock: next\n---\nclock: next", "more than one document"),
        ("[", "this `[` is not closed"),
        ("[{\"user\": \"anna\", \"says\": \"x\"}]", "the world has no person `anna`"),
        ("{user: ana, says: x, says: y}", "the key `says` comes twice in one mapping"),
    ] {
        let problems = parse_steps("request body", wrong, &names()).unwrap_err();
        assert_eq!(problems[0].message, message, "{wrong}");
        assert_eq!(problems[0].file.as_ref().unwrap().name, "request body");
    }
}

#[test]
fn expressions_and_matchers_of_a_body_are_checked() {
    for wrong in ["{user: ana, says: \"${\"}", "expect: {webhook: shopbot, event: {t: {matches: \"(\"}}}"] {
        assert!(parse_steps("t", wrong, &names()).is_err(), "{wrong}");
    }
    for environment in ["${env.HOME}", "a ${env['HOME'] | upper}", "${[env]}", "${env}"] {
        for body in [
            format!("{{note: \"{environment}\"}}"),
            format!("[{{user: ana, says: hi}}, {{app: shopbot, sends: {{text: \"{environment}\"}}}}]"),
            format!("{{app: shopbot, calls: {{method: POST, path: x, body: {{\"{environment}\": 1}}}}}}"),
        ] {
            let problems = parse_steps("request", &body, &names()).unwrap_err();
            assert_eq!(problems[0].message, "steps that are sent cannot read the environment", "{body}");
            assert_eq!(problems.len(), 1, "{problems:?}");
        }
    }
    assert!(parse_steps("t", "{note: \"$${env.HOME} and ${page.env}\"}", &names()).is_ok());
    // Names that earlier steps captured are not known here.
    assert!(parse_steps("t", "{user: ana, says: \"${earlier.message_id}\"}", &names()).is_ok());
}

#[test]
fn a_step_and_an_expectation_name_their_page() {
    let on = |text: &str| {
        let step = step(text);
        match step.act {
            Act::Expect { what, .. } | Act::Never { what, .. } => what.on,
            Act::User { .. }
            | Act::Inbox { .. }
            | Act::Page { .. }
            | Act::App { .. }
            | Act::Bot { .. }
            | Act::Clock(_)
            | Act::Note(_) => step.on,
        }
        .map(|page| page.value)
    };
    for text in [
        "{user: ana, says: hi, on: store}",
        "{inbox: ana, moves_to: main, on: store}",
        "{app: shopbot, sends: hi, on: store}",
        "{app: shopbot, asks_receivers: true, on: store}",
        "{page: {primary_receiver: shopbot}, on: store}",
        "{expect: {owner: shopbot}, on: store}",
        "{expect: {owner: shopbot, on: store}}",
        "{expect: {webhook: shopbot, on: store}}",
        "{expect: {app: shopbot, sends: true, on: store}}",
        "{never: {app: shopbot, takes_control: true, on: store}}",
        "{never: {owner: shopbot}, on: store}",
    ] {
        assert_eq!(on(text).as_deref(), Some("store"), "{text}");
    }
    assert_eq!(on("{user: ana, says: hi}"), None);
    assert_eq!(on("{expect: {owner: shopbot}}"), None);
}
