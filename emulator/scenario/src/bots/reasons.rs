//! Why a bot is not ready, told whenever that changes, and that one which hears never calls.

use emulator_core::AppId;
use emulator_server::{HandshakeError, Stage};

/// What to say of an app that acknowledges what it hears and has never called, if it is like that.
pub fn never_called(stage: &Stage, app: AppId, name: &str) -> Option<String> {
    let url = stage.base_url();
    stage.never_called(app).then(|| {
        let broken: String = stage
            .broken_handshakes()
            .iter()
            .map(|handshake| format!("\n  {handshake}\n  help: {}", handshake.help()))
            .collect();
        format!(
            "{name} has made no call to this emulator since it started; its Graph address must be {url} (environment \
             GRAPH_API_URL){broken}"
        )
    })
}

/// What was told of a bot that is waited for.
///
/// The first reason is told at once, another one when it has come twice in a row: a bot that starts or restarts has
/// several within a moment.
#[derive(Debug, Default)]
pub struct Reasons {
    told: Option<HandshakeError>,
    before: Option<HandshakeError>,
    /// Whether it was said that webhooks are delivered meanwhile.
    delivered: bool,
}

impl Reasons {
    /// True when something was told of it.
    pub(super) const fn has_told(&self) -> bool {
        self.told.is_some()
    }

    /// Takes in how the bot answered the verification; the line to print, if there is something new to say.
    pub fn told(&mut self, name: &str, why: &HandshakeError) -> Option<String> {
        let again = self.before.as_ref().is_some_and(|before| before.is_like(why));
        self.before = Some(why.clone());
        let first = match &self.told {
            None => true,
            Some(told) if told.is_like(why) || !again => return None,
            Some(_) => false,
        };
        self.told = Some(why.clone());
        let still = if first { "" } else { "still " };
        let mut line = format!("{still}waiting for {name}: {why}");
        if why.is_answer() && !self.delivered {
            self.delivered = true;
            line +=
                "\n  (events are delivered to it all the same; the platform would not accept this webhook)";
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> HandshakeError {
        let url = "http://127.0.0.1:3000/hook".to_owned();
        HandshakeError::WrongStatus { url, status, verify_token: "v".to_owned(), excerpt: None }
    }

    fn text(received: &str) -> HandshakeError {
        let url = "http://127.0.0.1:3000/hook".to_owned();
        HandshakeError::WrongChallenge { url, expected: "1".to_owned(), received: received.to_owned() }
    }

    #[test]
    fn each_change_is_told_once_and_what_flickers_is_not() {
        let refused = || HandshakeError::NoAnswer { url: "u".to_owned(), why: "refused".to_owned() };
        let mut reasons = Reasons::default();
        let answers = [
            refused(),
            refused(),
            // It starts.
            status(500),
            refused(),
            status(403),
            status(403),
            status(403),
            text("<html>12:00:00"),
            text("<html>12:00:01"),
            status(403),
            status(403),
        ];
        let told: Vec<Option<String>> = answers.iter().map(|why| reasons.told("bot", why)).collect();
        let told: Vec<(usize, String)> =
            told.into_iter().enumerate().filter_map(|(index, line)| Some((index, line?))).collect();
        let [(0, first), (5, second), (8, third), (10, fourth)] = told.as_slice() else {
            panic!("{told:#?}")
        };
        assert!(
            first.starts_with("waiting for bot: nobody answers") && !first.contains("delivered"),
            "{first}"
        );
        assert!(second.starts_with("still waiting for bot: ") && second.contains("status 403"), "{second}");
        assert!(second.contains("events are delivered to it all the same"), "{second}");
        assert!(third.contains("HTML") && !third.contains("delivered"), "{third}");
        assert!(fourth.contains("status 403"), "{fourth}");
    }
}
