//! What Jenkins' xUnit plugin accepts as JUnit (its `junit-10.xsd`, the strictest of the schemas in use), as a table:
//! for each element its attributes and what it may hold.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What may stand in an element.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    /// These elements, in any order and number.
    Any(&'static [&'static str]),
    /// These elements in this order, each at most once, with text between them.
    Sequence(&'static [&'static str]),
    /// Text alone.
    Text,
}

struct Element {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    content: Content,
}

const RERUN: Content = Content::Sequence(&["stackTrace", "system-out", "system-err"]);

const fn element(
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    content: Content,
) -> Element {
    Element { name, required, optional, content }
}

const ELEMENTS: &[Element] = &[
    element(
        "testsuites",
        &[],
        &["name", "time", "tests", "failures", "errors"],
        Content::Any(&["testsuite"]),
    ),
    element(
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        Content::Any(&["testsuite", "properties", "testcase", "system-out", "system-err"]),
    ),
    element("properties", &[], &[], Content::Any(&["property"])),
    element("property", &["name", "value"], &[], Content::Any(&[])),
    element(
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        Content::Any(&[
            "skipped",
            "error",
            "failure",
            "rerunFailure",
            "rerunError",
            "flakyFailure",
            "flakyError",
            "system-out",
            "system-err",
        ]),
    ),
    element("skipped", &[], &["type", "message"], Content::Text),
    element("error", &[], &["type", "message"], Content::Text),
    element("failure", &[], &["type", "message"], Content::Text),
    element("rerunFailure", &["type"], &["message"], RERUN),
    element("rerunError", &["type"], &["message"], RERUN),
    element("flakyFailure", &["type"], &["message"], RERUN),
    element("flakyError", &["type"], &["message"], RERUN),
    element("stackTrace", &[], &[], Content::Text),
    element("system-out", &[], &[], Content::Text),
    element("system-err", &[], &[], Content::Text),
];

/// An element that is open, with the number of the last of its children in a sequence.
struct Open {
    element: &'static Element,
    reached: usize,
}

/// Everything that is wrong with a text; nothing for one that the schema accepts.
pub(super) fn problems(text: &str) -> Vec<String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut problems = Vec::new();
    if text.contains(|character: char| character.is_control() && !"\t\n\r".contains(character)) {
        problems.push("it holds characters that XML cannot hold".to_owned());
    }
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => match known(&start, &mut open, &mut problems) {
                Some(element) => open.push(Open { element, reached: 0 }),
                None => return problems,
            },
            Ok(Event::Empty(start)) => {
                known(&start, &mut open, &mut problems);
            }
            Ok(Event::End(_)) => {
                open.pop();
            }
            Ok(Event::Text(text)) if !text.iter().all(u8::is_ascii_whitespace) => {
                if let Some(Open { element, .. }) = open.last()
                    && let Content::Any(_) = element.content
                {
                    problems.push(format!("`{}` holds text", element.name));
                }
            }
            Ok(Event::Eof) if open.is_empty() => return problems,
            Ok(Event::Eof) => {
                problems.push("it ends too early".to_owned());
                return problems;
            }
            Ok(_) => {}
            Err(error) => {
                problems.push(error.to_string());
                return problems;
            }
        }
    }
}

/// Looks at an element where it stands.
fn known(start: &BytesStart<'_>, open: &mut [Open], problems: &mut Vec<String>) -> Option<&'static Element> {
    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let Some(element) = ELEMENTS.iter().find(|element| element.name == name) else {
        problems.push(format!("there is no element `{name}`"));
        return None;
    };
    match open.last_mut() {
        None if !["testsuites", "testsuite"].contains(&name.as_str()) => {
            problems.push(format!("`{name}` cannot be the whole report"));
        }
        None => {}
        Some(parent) => {
            let inside = parent.element.name;
            let fits = match parent.element.content {
                Content::Any(names) => names.contains(&name.as_str()),
                Content::Sequence(names) => {
                    let place = names.iter().position(|known| *known == name).map(|place| place + 1);
                    let fits = place.is_some_and(|place| place > parent.reached);
                    parent.reached = place.unwrap_or(parent.reached);
                    fits
                }
                Content::Text => false,
            };
            if !fits {
                problems.push(format!("`{name}` cannot stand there in `{inside}`"));
            }
        }
    }
    let mut missing: Vec<&str> = element.required.to_vec();
    for attribute in start.attributes() {
        let Ok(attribute) = attribute else {
            problems.push(format!("an attribute of `{name}` is broken"));
            continue;
        };
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if !element.required.contains(&key.as_str()) && !element.optional.contains(&key.as_str()) {
            problems.push(format!("`{name}` has no attribute `{key}`"));
        }
        missing.retain(|needed| *needed != key);
        let value = String::from_utf8_lossy(&attribute.value).into_owned();
        let is_time = key == "time" && name != "testcase";
        if is_time && !value.chars().all(|character| character.is_ascii_digit() || ".,".contains(character)) {
            problems.push(format!("`{value}` is no time"));
        }
    }
    problems.extend(missing.iter().map(|needed| format!("`{name}` lacks `{needed}`")));
    Some(element)
}
