//! What is wrong with a request by itself: its token, its path, its parameters.

use std::fmt::Display;

use emulator_core::{Account, EmptyField, Options, RuleId, Saw, TITLE_SHOWN};

use super::GraphError;
use crate::graph::webhook_fields::unknown as unknown_field;

/// How much of a wrong answer to a challenge is repeated, in characters (M-134).
const RECEIVED_SHOWN: usize = 20;

impl GraphError {
    /// A required parameter is missing (M-73).
    pub(crate) fn required(parameter: impl Display) -> Self {
        Self::new(RuleId::ParameterRequired, 100, format!("(#100) The parameter {parameter} is required"))
    }

    /// A parameter that holds nothing (M-75).
    pub(crate) fn empty(parameter: &str) -> Self {
        Self::new(RuleId::ParameterEmpty, 100, format!("(#100) param {parameter} must be non-empty"))
    }

    /// A parameter of the wrong kind (M-106).
    pub(crate) fn invalid() -> Self {
        Self::new(RuleId::InvalidParameter, 100, "(#100) Invalid parameter")
    }

    /// Parameters in no encoding that there is, or too many of them (M-13).
    pub(crate) fn unreadable() -> Self {
        Self::new(RuleId::Encodings, 100, "(#100) Invalid parameter")
    }

    /// A text that is too long (M-77).
    pub(crate) fn too_long(parameter: impl Display, limit: usize) -> Self {
        let text = format!("(#100) Length of param {parameter} must be less than or equal to {limit}");
        Self::new(RuleId::TextLength, 100, text)
    }

    /// Keys that do not exist (M-80).
    pub(crate) fn unknown_keys(keys: &str, parameter: impl Display) -> Self {
        let text = format!("(#100) Invalid keys \"{keys}\" were found in param \"{parameter}\".");
        Self::new(RuleId::UnknownKeys, 100, text)
    }

    /// A path that leads nowhere (M-55).
    pub(crate) fn unknown_path(rest: &str) -> Self {
        Self::new(RuleId::UnknownPath, 2500, format!("Unknown path components: /{rest}"))
    }

    /// A node that does not exist (M-57).
    pub(crate) fn unknown_node(method: &str, node: &str) -> Self {
        let text = format!(
            "Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self::new(RuleId::UnknownNode, 100, text).subcode(33).graph_method()
    }

    /// Messages cannot be read from the edge that sends them (M-74).
    pub(crate) fn whose_messages() -> Self {
        let text = "(#100) For field 'messages': The parameter user_id is required";
        Self::new(RuleId::ParameterRequired, 100, text)
    }

    /// A path of nothing (M-31).
    pub(crate) fn no_node() -> Self {
        Self::new(RuleId::UnknownNode, 100, "No node specified").graph_method()
    }

    /// `me` without a Page token (M-54).
    pub(crate) fn no_active_token() -> Self {
        let text = "An active access token must be used to query information about the current user.";
        Self::new(RuleId::TokenRequired, 2500, text)
    }

    /// Another node without a token (M-56).
    pub(crate) fn no_token() -> Self {
        Self::new(RuleId::TokenRequired, 104, "An access token is required to request this resource.")
    }

    /// A token that was never given out (M-48).
    pub(crate) fn unknown_token() -> Self {
        Self::new(RuleId::TokenUnknown, 190, "Invalid OAuth access token - Cannot parse access token")
    }

    /// An app token where a Page token is needed (M-67).
    pub(crate) fn page_token_needed() -> Self {
        Self::new(RuleId::TokenRequired, 210, "(#210) This call requires a Page access token.")
    }

    /// An app token whose secret is not that of its app (M-66).
    pub(crate) fn wrong_secret() -> Self {
        Self::new(RuleId::ClientSecret, 1, "Error validating client secret.")
    }

    /// An app token of no app (M-65).
    pub(crate) fn unknown_app() -> Self {
        let text = "Error validating application. Invalid application ID.";
        Self::new(RuleId::ClientSecret, 101, text)
    }

    /// What looks like a token of the real platform (M-48).
    pub(crate) fn real_token() -> Self {
        Self { rule: RuleId::RealToken, ..Self::unknown_token() }
    }

    /// A Page token where an app token is needed (M-63).
    pub(crate) fn app_token_needed() -> Self {
        let text = "(#15) This method must be called with an app access_token.";
        Self::new(RuleId::AppTokenRequired, 15, text)
    }

    /// A proof that is none (M-58).
    pub(crate) fn wrong_proof() -> Self {
        let text = "Invalid appsecret_proof provided in the API argument";
        Self::new(RuleId::ProofChecked, 100, text).graph_method()
    }

    /// A proof that is missing (M-22).
    pub(crate) fn proof_required() -> Self {
        let text = "API calls from the server require an appsecret_proof argument";
        Self::new(RuleId::ProofChecked, 100, text).graph_method()
    }

    /// A list without which an app cannot be installed; with a full stop, unlike its kind (M-73).
    pub(crate) fn fields_required() -> Self {
        let text = "(#100) The parameter subscribed_fields is required.";
        Self::new(RuleId::ParameterRequired, 100, text)
    }

    /// A word that is not among those that a parameter takes (M-81).
    pub(crate) fn unknown_word(parameter: impl Display, words: &str, given: &str) -> Self {
        let text = format!("(#100) Param {parameter} must be one of {{{words}}} - got \"{given}\".");
        Self::new(RuleId::UnknownWord, 100, text)
    }

    /// Webhooks of something else than Pages.
    pub(crate) fn no_such_object() -> Self {
        Self::new(RuleId::WebhookObject, 200, "(#200) Permissions error").status(403)
    }

    /// A callback that is no address.
    pub(crate) fn callback_unreadable() -> Self {
        Self::new(RuleId::CallbackVerified, 100, "(#100) callback_url URL is not properly formatted")
    }

    /// A callback that the platform would call and the emulator cannot.
    pub(crate) fn callback_unreachable(why: impl Display) -> Self {
        Self::new(RuleId::CallbackElsewhere, 3, format!("(#3) callback_url: {why}"))
    }

    /// A callback that does not answer as it should (M-133).
    pub(crate) fn not_verified(why: &str) -> Self {
        let text = format!("(#2200) Callback verification failed with the following errors: {why}");
        Self::new(RuleId::CallbackVerified, 2_200, text)
    }

    /// A callback that gives something else back than the challenge (M-134).
    pub(crate) fn wrong_challenge(expected: &str, received: &str) -> Self {
        let received = match received.char_indices().nth(RECEIVED_SHOWN) {
            Some((end, _)) => format!("{}...", &received[..end]),
            None => received.to_owned(),
        };
        let text = format!(
            "(#2201) response does not match challenge, expected value=\"{expected}\", received=\"{received}\""
        );
        Self::new(RuleId::CallbackVerified, 2_201, text)
    }

    /// A look into a token by somebody who may not (M-249).
    pub(crate) fn cannot_inspect() -> Self {
        let text = "(#100) You must provide an app access token, or a user access token that is an owner or \
                    developer of the app";
        Self::new(RuleId::TokenInspected, 100, text)
    }

    /// A look into the token of another app (M-249).
    pub(crate) fn inspects_another_app() -> Self {
        let text = "(#100) The App_id in the input_token did not match the Viewing App";
        Self::new(RuleId::TokenInspected, 100, text)
    }

    /// A profile that the app may not see (M-125).
    pub(crate) fn profile_denied(rule: RuleId, saw: Saw) -> Self {
        let text = "(#100) Insufficient permission to access user profile.";
        Self { saw, ..Self::new(rule, 100, text).subcode(2_018_247) }
    }

    /// A field that the node does not have (M-36).
    pub(crate) fn unknown_field(field: &str, node: &str) -> Self {
        let text = format!("(#100) Tried accessing nonexisting field ({field}) on node type ({node})");
        Self::new(RuleId::UnknownField, 100, text)
    }

    /// What the platform has and this version lacks (M-61a).
    pub(crate) fn not_there_yet(what: impl Display) -> Self {
        let text = format!("(#3) {what} is not supported by this version of the emulator");
        Self::new(RuleId::NotThereYet, 3, text)
    }

    /// An object or a list in the place of a text (M-82a).
    pub(crate) fn not_a_text(parameter: impl Display) -> Self {
        Self::new(RuleId::TextShape, 100, format!("(#100) Param {parameter} must be a UTF-8 encoded string"))
    }

    /// A title of a button or a quick reply that is too long where such titles are refused (M-77a).
    pub(crate) fn long_title(parameter: impl Display) -> Self {
        Self { rule: RuleId::LongTitles, ..Self::too_long(parameter, TITLE_SHOWN) }
    }

    /// A recipient given by phone number, by either account of the error (M-116).
    pub(crate) fn phone_recipient(account: Account) -> Self {
        match account {
            Account::Observed => {
                let text = "(#230) Requires pages_messaging_phone_number permission to manage the object";
                Self::new(RuleId::PhoneRecipient, 230, text).status(403)
            }
            Account::Documented => {
                let text = "(#200) Cannot message users who are not admins, developers or testers of the app until \
                            pages_messaging_phone_number permission is reviewed and the app is live.";
                Self::new(RuleId::PhoneRecipient, 200, text).subcode(2_018_027).status(403)
            }
        }
    }

    /// An empty name in a list of webhook fields (M-59).
    pub(crate) fn empty_field_name(parameter: impl Display) -> Self {
        let text = "An unknown error has occurred.";
        Self::new(RuleId::EmptyFieldName, 1, text).status(500).param(parameter)
    }

    /// The error as the switches of the Page have it, where sources disagree.
    pub(crate) fn switched(self, options: &Options) -> Self {
        match (self.rule, options.empty_field_name, &self.param) {
            (RuleId::PhoneRecipient, ..) => Self::phone_recipient(options.phone_recipient_error),
            (RuleId::EmptyFieldName, EmptyField::Refuse, Some(place)) => unknown_field(place, ""),
            _ => self,
        }
    }

    /// What of a call this version of the emulator lacks, if it was refused for that.
    pub fn unsupported(&self) -> Option<&str> {
        let lacking = self.message.strip_suffix(" is not supported by this version of the emulator");
        let lacking = lacking.map(|what| what.split_once(") ").map_or(what, |(_, what)| what));
        lacking.or((self.rule == RuleId::UnknownPath).then_some("unknown path"))
    }
}
