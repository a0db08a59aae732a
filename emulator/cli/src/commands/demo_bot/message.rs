//! The messages that the demo bot sends, as they stand in a call of the Send API.

use serde::Serialize;

/// A message.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Message<'a> {
    /// A text, possibly with quick replies below it.
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        quick_replies: &'a [Reply<'a>],
    },
    /// A picture or a template.
    Attachment { attachment: Attachment<'a> },
}

impl<'a> Message<'a> {
    pub(super) const fn text(text: &'a str) -> Self {
        Self::Text { text, quick_replies: &[] }
    }

    /// A text with quick replies below it.
    pub(super) const fn choice(text: &'a str, quick_replies: &'a [Reply<'a>]) -> Self {
        Self::Text { text, quick_replies }
    }

    /// A text with buttons that stay.
    pub(super) const fn buttons(text: &'a str, buttons: &'a [Button<'a>]) -> Self {
        let payload = Payload::Buttons { template_type: "button", text, buttons };
        Self::Attachment { attachment: Attachment { kind: "template", payload } }
    }

    /// A picture that the platform gets from this address.
    pub(super) const fn image(url: &'a str) -> Self {
        Self::Attachment { attachment: Attachment { kind: "image", payload: Payload::Media { url } } }
    }
}

#[derive(Serialize)]
pub(super) struct Attachment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payload: Payload<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    Buttons { template_type: &'static str, text: &'a str, buttons: &'a [Button<'a>] },
    Media { url: &'a str },
}

/// A postback button.
#[derive(Serialize)]
pub(super) struct Button<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    payload: &'a str,
}

impl<'a> Button<'a> {
    pub(super) const fn new(title: &'a str, payload: &'a str) -> Self {
        Self { kind: "postback", title, payload }
    }
}

/// A quick reply of text.
#[derive(Serialize)]
pub(super) struct Reply<'a> {
    content_type: &'static str,
    title: &'a str,
    payload: &'a str,
}

impl<'a> Reply<'a> {
    pub(super) const fn new(title: &'a str, payload: &'a str) -> Self {
        Self { content_type: "text", title, payload }
    }
}

#[cfg(test)]
mod tests {
    use super::{Button, Message, Reply};

    #[test]
    fn messages_have_the_form_of_the_send_api() {
        let sizes = [Reply::new("Small", "S")];
        let menu = [Button::new("Hours", "H")];
        for (message, json) in [
            (Message::text("hi"), r#"{"text":"hi"}"#),
            (
                Message::choice("Size?", &sizes),
                r#"{"text":"Size?","quick_replies":[{"content_type":"text","title":"Small","payload":"S"}]}"#,
            ),
            (
                Message::buttons("What?", &menu),
                r#"{"attachment":{"type":"template","payload":{"template_type":"button","text":"What?","buttons":[{"type":"postback","title":"Hours","payload":"H"}]}}}"#,
            ),
            (
                Message::image("https://example.com/tea.png"),
                r#"{"attachment":{"type":"image","payload":{"url":"https://example.com/tea.png"}}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&message).unwrap(), json);
        }
    }
}
