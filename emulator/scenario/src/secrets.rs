//! What must not be shown: the secrets and tokens of a world, wherever a bot prints them.

use emulator_server::without_real_tokens;

use crate::cast::Cast;

/// What is shorter than this is no secret worth hiding, and would be found everywhere.
const SHORTEST: usize = 4;

/// The secrets of a world and what stands in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    /// Values and the expressions for them. The longest first, for one may be a part of another.
    hidden: Vec<(String, String)>,
}

impl Secrets {
    /// Everything of a world that only the app itself may know.
    pub(crate) fn of(cast: &Cast) -> Self {
        let mut hidden = Vec::new();
        for app in &cast.apps {
            let mut hide = |value: &str, what: &str| {
                hidden.push((value.to_owned(), format!("{}.{what}", app.name)));
            };
            hide(&app.secret, "secret");
            hide(&app.verify_token, "verify_token");
            for (page, token) in &app.page_tokens {
                let named = cast.pages.iter().find(|known| known.id == *page && *page != cast.page);
                match named.and_then(|page| page.name.as_ref()) {
                    Some(page) => hide(token, &format!("{page}.page_token")),
                    None => hide(token, "page_token"),
                }
            }
        }
        Self::known(hidden)
    }

    /// Values and the expressions for them. What is too short is none.
    pub(crate) fn known(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut hidden: Vec<_> = values.into_iter().filter(|(value, _)| value.len() >= SHORTEST).collect();
        hidden.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { hidden }
    }

    /// The longest secret that a text begins with, and the expression for it.
    pub(crate) fn at(&self, text: &str) -> Option<(&str, &str)> {
        let found = self.hidden.iter().find(|(value, _)| text.starts_with(value.as_str()));
        found.map(|(value, name)| (value.as_str(), name.as_str()))
    }

    /// True for a text in which one stands.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        self.hidden.iter().any(|(value, _)| text.contains(value.as_str()))
    }

    /// The text with names in place of secrets.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        let mut text = without_real_tokens(text).into_owned();
        for (value, name) in &self.hidden {
            if text.contains(value) {
                text = text.replace(value, &format!("${{{name}}}"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_secret_is_found_first() {
        let hidden = vec![
            ("bot-token-long".to_owned(), "bot.page_token".to_owned()),
            ("bot-token".to_owned(), "bot.secret".to_owned()),
        ];
        let secrets = Secrets::known(hidden);
        let text = "with bot-token-long, then bot-token=bot-token";
        let expected = "with ${bot.page_token}, then ${bot.secret}=${bot.secret}";
        assert_eq!(secrets.hidden_in(text), expected);
        let real = format!("EAA{}", "b1C".repeat(20));
        assert!(!secrets.hidden_in(&format!("token {real}")).contains(&real));
    }
}
