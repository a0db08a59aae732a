//! What a call means, however it is written.

use super::*;

fn text(query: Option<&str>, body: &str, name: &str) -> Option<String> {
    Params::read(query, body.as_bytes()).unwrap().text(name).unwrap().map(Cow::into_owned)
}

#[test]
fn parameters_are_found_wherever_they_stand() {
    assert_eq!(text(Some("a=1%20b"), "", "a").as_deref(), Some("1 b"));
    assert_eq!(text(Some("a=1"), r#"{"a":2}"#, "a").as_deref(), Some("2"));
    assert_eq!(text(None, " {\"a\":\"x\"}", "a").as_deref(), Some("x"));
    assert_eq!(text(None, "\u{feff}{\"a\":\"x\"}", "a").as_deref(), Some("x"));
    assert_eq!(text(None, "\u{feff}a=x", "a").as_deref(), Some("x"));
    assert_eq!(text(None, "a=x&b=y+z", "b").as_deref(), Some("y z"));
    assert_eq!(text(Some("a=1"), r#"{"a":null}"#, "a"), None);
    assert_eq!(text(Some("a=1"), "", "b"), None);
}

#[test]
fn every_way_to_write_an_object_is_one_object() {
    const EXPECTED: &str = r#"{"id":"1"}"#;
    let part = "--x\r\nContent-Disposition: form-data; name=\"r\"\r\n\r\n{id:'1'}\r\n--x--\r\n";
    let cases = [
        (None, "r=%7B%22id%22%3A%221%22%7D"),
        (None, r#"{"r":{"id":"1"}}"#),
        (None, r#"{"r":"{\"id\":\"1\"}"}"#),
        (None, "r={'id':'1'}"),
        (None, "r={id:'1'}"),
        (None, r#"{"r":"{id:'1'}"}"#),
        (None, r#"{"r":"{'\u0069d':'1'}"}"#),
        (None, "r%5Bid%5D=1"),
        (None, "r[id]=1"),
        (None, "r=2&r[id]=2&r[id]=1"),
        (Some("multipart/form-data; boundary=x"), part),
    ];
    for (content_type, body) in cases {
        let params = Params::of(None, content_type, body.as_bytes());
        assert_eq!(params.get("r").unwrap().json().unwrap(), EXPECTED, "{body}");
    }
    for query in ["r={id:'1'}", "r[id]=1"] {
        let params = Params::of(Some(query), Some("application/json"), b"");
        assert_eq!(params.get("r").unwrap().json().unwrap(), EXPECTED, "{query}");
    }
    // The body wins as a whole.
    let params = Params::of(Some("r[id]=2&r[x]=3"), None, b"r[id]=1");
    assert_eq!(params.get("r").unwrap().json().unwrap(), EXPECTED);
    assert_eq!(text(None, "r[id]=1&r=2", "r").as_deref(), Some("2"), "the later one wins");
}

#[test]
fn every_way_to_write_a_list_is_one_list() {
    let cases = [
        "f=a,b c",
        "f=+a+,+b c,+",
        "f=%5B%22a%22%2C+%22b+c%22%5D",
        "f=['a', 'b c']",
        "f[]=a&f[]=b c",
        "f[0]=a&f[1]=b+c",
        "f[1]=b c&f[0]=a",
        r#"{"f":["a"," b c "]}"#,
        r#"{"f":"[\"a\",\"b c\"]"}"#,
        r#"{"f":"a, b c"}"#,
    ];
    for body in cases {
        let list = Params::read(None, body.as_bytes()).unwrap().list("f").unwrap();
        assert_eq!(list, Some(vec!["a".to_owned(), "b c".to_owned()]), "{body}");
    }
    for body in ["", "f=", "f=,+,", "f=[]", r#"{"f":[]}"#, r#"{"f":null}"#] {
        assert_eq!(Params::read(None, body.as_bytes()).unwrap().list("f").unwrap(), None, "{body}");
    }
    assert_eq!(text(None, r#"{"f":[1]}"#, "g"), None);
    let numbers = Params::read(None, br#"{"f":[1,true]}"#).unwrap().list("f").unwrap();
    assert_eq!(numbers, Some(vec!["1".to_owned(), "true".to_owned()]));
    for body in [r#"{"f":{}}"#, r#"{"f":[[]]}"#, "f=[", "f[a]=1"] {
        let list = Params::read(None, body.as_bytes()).unwrap().list("f");
        assert!(list.is_err(), "{body}");
    }
}

#[test]
fn booleans_are_spelt_in_many_ways() {
    let flag =
        |value: &str| Params::read(None, format!("{{\"f\":{value}}}").as_bytes()).unwrap().flag("f").ok();
    for value in ["true", "\"true\"", "\"1\"", "1", "\"True\""] {
        assert_eq!(flag(value), Some(Some(true)), "{value}");
    }
    for value in ["false", "\"false\"", "\"0\"", "0"] {
        assert_eq!(flag(value), Some(Some(false)), "{value}");
    }
    assert_eq!(flag("null"), Some(None));
    assert_eq!(flag("\"yes\""), None);
}

#[test]
fn a_parameter_may_name_another_method() {
    let method = |sent: Method, query: &str| Params::of(Some(query), None, b"").method(&sent);
    assert_eq!(method(Method::POST, "method=delete"), Method::DELETE);
    assert_eq!(method(Method::GET, "method=POST"), Method::POST);
    assert_eq!(method(Method::POST, "method=get"), Method::GET);
    assert_eq!(method(Method::POST, "method="), Method::POST);
    assert_eq!(method(Method::POST, "method=patch"), Method::POST);
    assert_eq!(method(Method::DELETE, "method=get"), Method::DELETE);
    assert_eq!(method(Method::HEAD, ""), Method::GET);
    assert_eq!(Params::of(None, None, br#"{"method":"delete"}"#).method(&Method::POST), Method::DELETE);
}

#[test]
fn what_cannot_be_read_leaves_the_query_as_it_is() {
    let many = vec!["a=1"; LIMIT + 1].join("&");
    let members = (0..=LIMIT).map(|number| format!("\"{number}\":1")).collect::<Vec<_>>().join(",");
    let many_members = format!("{{{members}}}");
    let broken = [
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{]",
        "{} x",
        "[]",
        "[{\"a\":1}]",
        "{\"a\":\"\\ud83d\"",
        &many,
        &many_members,
    ];
    for body in broken {
        let params = Params::of(Some("access_token=t"), None, body.as_bytes());
        assert_eq!(params.unreadable(), Some(GraphError::unreadable()), "{body:.40}");
        assert_eq!(params.text("access_token").unwrap().as_deref(), Some("t"));
    }
    assert!(Params::of(None, Some("multipart/form-data; boundary=x"), b"").unreadable().is_some());
    assert!(Params::of(Some(&many), None, b"").unreadable().is_some());
    for body in [b"\xff\xfe=%zz".as_slice(), b"a[=1&[b]=2&c]=3", b"null", b"a", &many.as_bytes()[4..]] {
        assert!(Params::of(None, Some("application/json"), body).unreadable().is_none());
    }
}

#[test]
fn hostile_bodies_cost_their_length() {
    let deep = format!("{{\"a\":{}}}", "[".repeat(1 << 20));
    let closed = format!("{{\"a\":{}{}}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    let text = format!("a={}", "{a:".repeat(1 << 20));
    let brackets = format!("a{}=1", "[b]".repeat(1 << 20));
    let wide =
        (0..LIMIT).map(|number| format!("a[{}{number}]=1", "x".repeat(900))).collect::<Vec<_>>().join("&");
    let long = format!("{}=1", "a[".repeat(1 << 20));
    for body in [deep, closed, text, brackets, wide, long] {
        let params = Params::of(None, None, body.as_bytes());
        let Some(value) = params.get("a") else { continue };
        let _ = (value.text(), value.json(), value.list(), value.flag());
    }
}
