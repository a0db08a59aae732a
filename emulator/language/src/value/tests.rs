//! Expressions, durations and times.

use serde_json::json;

use super::*;
use crate::diagnostics::SourceText;
use crate::step::Names;
use crate::yaml;

fn node(text: &str) -> Node {
    let (mut documents, problems) = yaml::read(&SourceText::new("t", text));
    assert_eq!(problems, [], "{text}");
    documents.remove(0)
}

fn scope() -> Map<String, Value> {
    let names = json!({"livechat": {"id": "1002", "number": 1002}, "vars": {"n": 5, "list": [1, 2], "no": false}, "now": "T"});
    names.as_object().cloned().unwrap()
}

#[test]
fn expressions_keep_their_type_alone_and_become_text_among_text() {
    for (written, expected) in [
        ("${livechat.id}", json!("1002")),
        ("${livechat.id | int}", json!(1002)),
        ("${ vars.n + 1 }", json!(6)),
        ("${vars.list}", json!([1, 2])),
        ("${vars.list[1]}", json!(2)),
        ("${vars}", json!({"n": 5, "list": [1, 2], "no": false})),
        ("n is ${vars.n}, id is ${livechat.id}.", json!("n is 5, id is 1002.")),
        ("\"${vars.n}${vars.n}\"", json!("55")),
        ("$${vars.n}", json!("${vars.n}")),
        ("a $${b} ${vars.n}", json!("a ${b} 5")),
        ("costs 5$", json!("costs 5$")),
        ("'${ {\"a\": vars.n}.a }'", json!(5)),
        ("\"${'}' ~ vars.n}\"", json!("}5")),
        ("{\"${livechat.id}\": [\"${vars.n}\"]}", json!({"1002": [5]})),
        ("${range(2)}", json!([0, 1])),
    ] {
        assert_eq!(
            evaluate(&node(written), &scope(), ReadAs::Any).map_err(|e| e.message),
            Ok(expected),
            "{written}"
        );
    }
}

#[test]
fn a_place_for_text_takes_a_scalar_as_it_is_written() {
    for (written, expected) in [
        ("no", json!("no")),
        ("42", json!("42")),
        ("1e5", json!("1e5")),
        ("+24", json!("+24")),
        ("true", json!("true")),
        ("TRUE", json!("TRUE")),
        ("1234567890123456", json!("1234567890123456")),
        ("${vars.n}", json!("5")),
        ("${vars.no}", json!("false")),
        ("null", Value::Null),
        ("'null'", json!("null")),
        (
            "{text: 42, seconds: 42, payload: {title: 7, count: 7}}",
            json!({"text": "42", "seconds": 42, "payload": {"title": "7", "count": 7}}),
        ),
    ] {
        assert_eq!(evaluate(&node(written), &scope(), ReadAs::Text), Ok(expected), "{written}");
    }
    assert_eq!(evaluate(&node("42"), &scope(), ReadAs::Any), Ok(json!(42)));
    assert_eq!(message(&node("42"), &scope()), Ok(json!({"text": "42"})));
    assert_eq!(
        message(&node("{text: yes, metadata: 1}"), &scope()),
        Ok(json!({"text": "yes", "metadata": "1"}))
    );
}

#[test]
fn errors_say_what_is_there_and_point_at_the_expression() {
    for (written, pointed, message, help) in [
        ("a ${nwo}", "${nwo}", "there is no `nwo` here", Some("did you mean `now`?")),
        ("${elsewhere.id}", "${elsewhere.id}", "there is no `elsewhere` here", None),
        ("'x ${livechat.idd}'", "${livechat.idd}", "`livechat` has no `idd`", Some("did you mean `id`?")),
        ("${livechat.id.x}", "${livechat.id.x}", "`livechat.id` has no `x`", None),
        ("${livechat.id", "${livechat.id", "this expression has no closing brace", Some("close it with")),
        ("${now | uper}", "${now | uper}", "there is no filter `uper`", Some("did you mean `upper`?")),
        ("${now ~ 'a|b' | x}", "${now ~ 'a|b' | x}", "there is no filter `x`", Some("use `abs`")),
        ("a ${vars.n + 'x'}", "${vars.n + 'x'}", "this expression cannot be evaluated", None),
        ("${vars.n / 0}", "${vars.n / 0}", "this expression cannot be evaluated", None),
        ("${vars.list[9]}", "${vars.list[9]}", "this expression has no value", None),
        ("${vars.lst + 1}", "${vars.lst + 1}", "`vars` has no `lst`", Some("did you mean `list`?")),
        ("${now |}", "${now |}", "this expression cannot be read", Some("an expression is")),
        ("\"\\n${nwo}\"", "\"\\n${nwo}\"", "there is no `nwo` here", Some("did you mean")),
    ] {
        let problem = evaluate(&node(written), &scope(), ReadAs::Any).unwrap_err();
        assert_eq!(problem.message, message, "{written}");
        assert_eq!(&written[problem.span.start..problem.span.end], pointed, "{written}");
        assert_eq!(problem.help.is_some(), help.is_some(), "{written}: {:?}", problem.help);
        assert!(problem.help.unwrap_or_default().starts_with(help.unwrap_or_default()), "{written}");
    }
    let problem = evaluate(&node("${elsewhere}"), &scope(), ReadAs::Any).unwrap_err();
    assert_eq!(problem.notes, ["the names are livechat, now, vars"]);
}

#[test]
fn errors_show_no_secret_of_the_world() {
    let app = json!({
        "id": "1", "name": "bot", "secret": "hush-secret", "verify_token": "hush-verify", "page_token": "hush-token",
        "store": {"page_token": "hush-store"},
    });
    let names = json!({"bot": app, "ana": {"id": "7", "name": "ana"}, "page": {"id": "8", "name": "Shop"},
        "vars": {"list": [1], "mine": app}});
    let scope = names.as_object().cloned().unwrap();
    let told = |problem: Diagnostic| format!("{problem:?}");
    for written in ["${bot}", "${bot.store}", "${[bot]}", "${vars}", "${vars.mine}"] {
        let problem = told(text(&node(written), &scope).unwrap_err());
        assert!(!problem.contains("hush"), "{written}: {problem}");
    }
    for written in ["${bot.secret}", "${bot.page_token}", "1s ${bot.store.page_token}", "${bot.verify_token}"]
    {
        for problem in [duration(&node(written), &scope), time(&node(written), &scope)] {
            let problem = problem.unwrap_err();
            assert!(problem.message.contains("${bot."), "{}", problem.message);
            assert!(!told(problem.clone()).contains("hush"), "{problem:?}");
        }
    }
    for written in [
        "${bot.secret | int}",
        "${bot.secret | float}",
        "${bot + 1}",
        "${bot | round}",
        "${[bot].id}",
        "${bot.secret / 2}",
        "{\"${bot.secret}\": 1, \"${bot['secret']}\": 2}",
    ] {
        let problem = told(evaluate(&node(written), &scope, ReadAs::Any).unwrap_err());
        assert!(!problem.contains("hush"), "{written}: {problem}");
    }
    for (written, label, help) in [
        ("${bot}", "this is an app with members", Some("take one of them: `${bot.id}`, `${bot.name}`, ")),
        (
            "${ana}",
            "this is a person or a Page with members",
            Some("take one of them: `${ana.id}`, `${ana.name}`"),
        ),
        ("${page}", "this is a Page with members", Some("take one of them: `${page.id}`, `${page.name}`")),
        ("${vars.list}", "this is a list", None),
        ("~", "this gives null", None),
    ] {
        let problem = text(&node(written), &scope).unwrap_err();
        assert_eq!(problem.label.as_deref(), Some(label), "{written}");
        assert_eq!(problem.help.is_some(), help.is_some(), "{written}: {:?}", problem.help);
        assert!(problem.help.unwrap_or_default().starts_with(help.unwrap_or_default()), "{written}");
    }
}

#[test]
fn durations() {
    const HOUR: i64 = 3_600_000;
    for (written, expected) in [
        ("90s", 90_000),
        ("15m", 900_000),
        ("24h", 24 * HOUR),
        ("+24h", 24 * HOUR),
        ("-1h", -HOUR),
        ("7d", 7 * 24 * HOUR),
        ("1d 6h", 30 * HOUR),
        ("+1d6h", 30 * HOUR),
        ("300ms", 300),
        ("2w", 14 * 24 * HOUR),
        ("\"1h\"", HOUR),
    ] {
        assert_eq!(parse_duration(&node(written)), Ok(expected), "{written}");
    }
    for wrong in ["24", "h", "+", "1.5h", "1 h", "5 minutes", "1d 6", "[1h]", "~", "99999999999999w", "${x}"]
    {
        assert!(parse_duration(&node(wrong)).is_err(), "{wrong}");
    }
    assert_eq!(duration(&node("\"${vars.n}m\""), &scope()), Ok(300_000));
}

#[test]
fn times() {
    for (written, expected) in [
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T02:00:00.250+02:00", 250),
        ("\"2026-03-01T09:00:00Z\"", 1_772_355_600_000),
    ] {
        assert_eq!(parse_time(&node(written)), Ok(expected), "{written}");
    }
    for (wrong, help) in [
        ("2026-03-01T09:00:00", "write `2026-03-01T09:00:00Z` for UTC"),
        ("2026-03-01", "write `2026-03-01T00:00:00Z` for UTC"),
        ("2026-13-01T00:00:00Z", "write it as in"),
        ("noon", "write it as in"),
        ("9999-12-31T23:59:59Z", "the latest moment is `9999-12-30T00:00:00Z`"),
        ("9999-12-30T06:00:00+01:00", "the latest moment is"),
        ("20260-01-01T00:00:00Z", "the latest moment is"),
        ("[1]", "write it as in"),
    ] {
        let problem = parse_time(&node(wrong)).unwrap_err();
        assert!(problem.help.clone().unwrap_or_default().starts_with(help), "{wrong}: {problem:?}");
    }
    assert_eq!(
        time(&node("${vars.at}"), &Map::from_iter([("vars".into(), json!({"at": "1970-01-01T00:00:01Z"}))])),
        Ok(1_000)
    );
}

#[test]
fn what_cannot_be_calculated_is_shown() {
    for (written, label) in [
        ("${vars.n / 0}", "unable to calculate 5 / 0"),
        ("${'x' | int}", "invalid float literal"),
        ("${vars.list | int}", "cannot convert sequence to integer"),
        ("${2 ** 100}", "number out of range"),
        ("${now.year}", "`now` is a text"),
        ("${vars.n.x}", "`vars.n` is 5"),
    ] {
        let problem = evaluate(&node(written), &scope(), ReadAs::Any).unwrap_err();
        assert_eq!(problem.label.as_deref(), Some(label), "{written}: {}", problem.message);
    }
}

fn known() -> Known {
    let names =
        Names { apps: ["shop".to_owned()].into(), people: ["ana".to_owned()].into(), ..Names::default() };
    let vars =
        [("tea".to_owned(), Shape::Open), ("milk".to_owned(), Shape::Missing("the case `b`".to_owned()))];
    let mut known = Known::of(&names, &Shape::Members(vars.into()));
    known.add("greeting");
    known
}

#[test]
fn members_are_checked_before_anything_runs() {
    let checked = |written: &str| {
        let mut problems = Vec::new();
        check(&node(written), Some(&known()), &mut problems);
        problems.into_iter().map(|problem| (problem.message, problem.help, problem.label)).collect::<Vec<_>>()
    };
    for sound in [
        "${ana.id | int}",
        "${shop.page_token ~ page.name ~ inbox.id ~ emulator.url}",
        "${vars.tea.leaves[0]} ${env.ANYTHING} ${greeting.message_id} ${now}",
        "${vars['anything']}",
        "${'a.b' | upper}",
        "{\"${ana.id}\": [\"${vars.tea}\"]}",
    ] {
        assert_eq!(checked(sound), [], "{sound}");
    }
    for (wrong, message, help, label) in [
        ("${ana.idd}", "`ana` has no `idd`", Some("did you mean `id`?"), None),
        ("{\"${shop.secert}\": 1}", "`shop` has no `secert`", Some("did you mean `secret`?"), None),
        ("a ${ana.secret}", "`ana` has no `secret`", None, None),
        ("${ana.name.first}", "`ana.name` has no `first`", None, Some("`ana.name` is a text")),
        ("${now.year}", "`now` has no `year`", None, Some("`now` is a text")),
        ("${vars.te}", "`vars` has no `te`", Some("did you mean `tea`?"), None),
        (
            "${vars.milk}",
            "`vars.milk` has no value in the case `b`",
            Some("give it there, or to all cases under `vars:`"),
            None,
        ),
        ("${ben.id}", "there is no `ben` here", None, None),
        ("${1 / 0}", "this expression cannot be evaluated", None, Some("unable to calculate 1 / 0")),
    ] {
        let expected = (message.to_owned(), help.map(str::to_owned), label.map(str::to_owned));
        assert_eq!(checked(wrong), [expected], "{wrong}");
    }
}

#[test]
fn every_filter_that_is_suggested_exists() {
    for name in expression::FILTERS {
        let environment = minijinja::Environment::new();
        let unknown = environment
            .compile_expression(&format!("none | {name}"))
            .and_then(|expression| expression.eval(()))
            .is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter);
        assert!(!unknown, "{name}");
    }
}
