//! What must not be shown: the secrets and tokens of a world, wherever a bot prints them.

use emulator_server::without_real_tokens;

use crate::cast::Cast;

/// What is shorter than this is no secret worth hiding, and would be found everywhere.
const SHORTEST: usize = 4;

/// The secrets of a world and what stands in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Secrets {
    /// The longest first, for one may be a part of another.
    hidden: Vec<(String, String)>,
}

impl Secrets {
    /// Everything of a world that only the app itself may know.
    pub(crate) fn of(cast: &Cast) -> Self {
        let mut hidden = Vec::new();
        for app in &cast.apps {
            let mut hide = |value: &str, what: &str| {
                if value.len() >= SHORTEST {
                    hidden.push((value.to_owned(), format!("${{{}.{what}}}", app.name)));
                }
            };
            hide(&app.secret, "secret");
            hide(&app.verify_token, "verify_token");
            app.page_tokens.iter().for_each(|(_, token)| hide(token, "page_token"));
        }
        hidden.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { hidden }
    }

    /// The text with names in place of secrets.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        let mut text = without_real_tokens(text).into_owned();
        for (value, name) in &self.hidden {
            if text.contains(value) {
                text = text.replace(value, name);
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
            ("bot-token-long".to_owned(), "${bot.page_token}".to_owned()),
            ("bot-token".to_owned(), "${bot.secret}".to_owned()),
        ];
        let secrets = Secrets { hidden };
        let text = "with bot-token-long, then bot-token=bot-token";
        let expected = "with ${bot.page_token}, then ${bot.secret}=${bot.secret}";
        assert_eq!(secrets.hidden_in(text), expected);
        let real = format!("EAA{}", "b1C".repeat(20));
        assert!(!secrets.hidden_in(&format!("token {real}")).contains(&real));
    }
}
