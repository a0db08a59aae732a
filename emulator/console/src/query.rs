//! The query parameters of the control API.

use std::time::Duration;

use super::LONGEST_WAIT;

/// A number that no entry reaches, and that one can be added to.
const LAST_ENTRY: u64 = u64::MAX / 2;

/// What a request wants to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// No delivery in flight, no call open.
    Settled,
    /// Settled for a while.
    Quiet,
    /// The next message that reaches the person who wrote last.
    Reply,
    /// Anything at all, for that long.
    For(Duration),
}

/// The query, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) lane: Option<String>,
    pub(crate) app: Option<String>,
    pub(crate) wait: Option<Wait>,
    pub(crate) after: u64,
    pub(crate) as_text: bool,
    /// Whether lines of text are printed behind those up to `after`, and so without the date of the first one.
    pub(crate) goes_on: bool,
}

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, String> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "lane" => read.lane = Some(value.into_owned()),
                "app" => read.app = Some(value.into_owned()),
                "wait" => read.wait = Some(wait(&value)?),
                "after" => {
                    let number = value.parse().map(|number: u64| number.min(LAST_ENTRY));
                    read.after =
                        number.map_err(|_| format!("`after` takes the number of an entry, not `{value}`"))?;
                }
                "format" if value == "text" || value == "json" => read.as_text = value == "text",
                "format" => return Err(format!("`format` is json or text, not `{value}`")),
                "goes_on" if value == "true" || value == "false" => read.goes_on = value == "true",
                "goes_on" => return Err(format!("`goes_on` is true or false, not `{value}`")),
                other => {
                    return Err(format!(
                        "there is no parameter `{other}`; there are lane, app, wait, after, format and goes_on"
                    ));
                }
            }
        }
        Ok(read)
    }
}

fn wait(text: &str) -> Result<Wait, String> {
    let number = |unit: &str| text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok());
    let seconds = number("ms").map(|ms| ms / 1_000.0).or_else(|| number("s"));
    let duration = seconds.filter(|seconds| (0.0..=LONGEST_WAIT.as_secs_f64()).contains(seconds));
    match (text, duration) {
        ("settled", _) => Ok(Wait::Settled),
        ("quiet", _) => Ok(Wait::Quiet),
        ("reply", _) => Ok(Wait::Reply),
        (_, Some(seconds)) => Ok(Wait::For(Duration::from_secs_f64(seconds))),
        _ => Err(format!(
            "`wait` is settled, quiet, reply or a time of at most 60s such as 5s or 500ms, not `{text}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_others_are_told_apart() {
        let query = Query::parse(Some("after=7&wait=2.5s&format=text")).unwrap();
        let wait = Some(Wait::For(Duration::from_millis(2_500)));
        assert_eq!(query, Query { wait, after: 7, as_text: true, ..Query::default() });
        for wrong in ["after=x", "wait=soon", "wait=-1s", "wait=1e9s", "wait=NaNs", "format=xml", "laen=a"] {
            assert!(Query::parse(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
