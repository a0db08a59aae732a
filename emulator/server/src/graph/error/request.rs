//! What is wrong with a request by itself: its token, its path, its parameters.

use std::fmt::Display;

use emulator_core::{Account, EmptyField, Options, RuleId, Saw, TITLE_SHOWN};

use super::GraphError;
use super::fault::faults;
use crate::graph::webhook_fields::unknown as unknown_field;

/// How the emulator says that it lacks something (M-61a).
const NOT_SUPPORTED: &str = " is not supported by this version of the emulator";
/// How much of a wrong answer to a challenge is repeated, in characters (M-186).
const RECEIVED_SHOWN: usize = 20;

faults! {
    /// A required parameter is missing (M-73).
    required(parameter) = RuleId::ParameterRequired, 100, "(#100) The parameter {parameter} is required";
    /// A parameter that holds nothing (M-75).
    empty(parameter) = RuleId::ParameterEmpty, 100, "(#100) param {parameter} must be non-empty";
    /// A parameter of the wrong kind (M-106).
    invalid() = RuleId::InvalidParameter, 100, "(#100) Invalid parameter";
    /// Parameters in no encoding that there is, or too many of them (M-13).
    unreadable() = RuleId::Encodings, 100, "(#100) Invalid parameter";
    /// A text that is too long (M-77).
    too_long(parameter, limit) = RuleId::TextLength, 100,
        "(#100) Length of param {parameter} must be less than or equal to {limit}";
    /// Keys that do not exist (M-80).
    unknown_keys(keys, parameter) = RuleId::UnknownKeys, 100,
        "(#100) Invalid keys \"{keys}\" were found in param \"{parameter}\".";
    /// A word that is not among those that a parameter takes (M-81).
    unknown_word(parameter, words, given) = RuleId::UnknownWord, 100,
        "(#100) Param {parameter} must be one of {{{words}}} - got \"{given}\".";
    /// An object or a list in the place of a text (M-82a).
    not_a_text(parameter) = RuleId::TextShape, 100, "(#100) Param {parameter} must be a UTF-8 encoded string";
    /// A path that leads nowhere (M-55).
    unknown_path(rest) = RuleId::UnknownPath, 2500, "Unknown path components: /{rest}";
    /// A node that does not exist (M-57).
    unknown_node(method, node) = RuleId::UnknownNode, 100 / 33, type GRAPH_METHOD,
        "Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing \
         permissions, or does not support this operation. Please read the Graph API documentation at \
         https://developers.facebook.com/docs/graph-api";
    /// A path of nothing (M-57).
    no_node() = RuleId::UnknownNode, 100, type GRAPH_METHOD, "No node specified";
    /// Messages cannot be read from the edge that sends them (M-73).
    whose_messages() = RuleId::ParameterRequired, 100,
        "(#100) For field 'messages': The parameter user_id is required";
    /// `me` without a Page token (M-54).
    no_active_token() = RuleId::TokenRequired, 2500,
        "An active access token must be used to query information about the current user.";
    /// Another node without a token (M-54).
    no_token() = RuleId::TokenRequired, 104, "An access token is required to request this resource.";
    /// A token that was never given out (M-48).
    unknown_token() = RuleId::TokenUnknown, 190, "Invalid OAuth access token - Cannot parse access token";
    /// What looks like a token of the real platform (M-48).
    real_token() = RuleId::RealToken, 190, "Invalid OAuth access token - Cannot parse access token";
    /// An app token where a Page token is needed (M-54).
    page_token_needed() = RuleId::TokenRequired, 210, "(#210) This call requires a Page access token.";
    /// A Page token where an app token is needed (M-63).
    app_token_needed() = RuleId::AppTokenRequired, 15, "(#15) This method must be called with an app access_token.";
    /// An app token whose secret is not that of its app (M-66).
    wrong_secret() = RuleId::ClientSecret, 1, "Error validating client secret.";
    /// An app token of no app (M-66).
    unknown_app() = RuleId::ClientSecret, 101, "Error validating application. Invalid application ID.";
    /// A proof that does not fit the token (M-22).
    wrong_proof() = RuleId::ProofChecked, 100, type GRAPH_METHOD, "Invalid appsecret_proof provided in the API argument";
    /// A proof that is missing (M-22).
    proof_required() = RuleId::ProofChecked, 100, type GRAPH_METHOD,
        "API calls from the server require an appsecret_proof argument";
    /// A list without which an app cannot be installed; with a full stop, unlike its kind (M-73).
    fields_required() = RuleId::ParameterRequired, 100, "(#100) The parameter subscribed_fields is required.";
    /// Webhooks of something else than Pages.
    no_such_object() = RuleId::WebhookObject, 200, status 403, "(#200) Permissions error";
    /// A callback that is not an address.
    callback_unreadable() = RuleId::CallbackVerified, 100, "(#100) callback_url URL is not properly formatted";
    /// A callback that the platform would call and the emulator cannot.
    callback_unreachable(why) = RuleId::CallbackElsewhere, 3, "(#3) callback_url: {why}";
    /// A callback that does not answer as it should (M-186).
    not_verified(why) = RuleId::CallbackVerified, 2_200,
        "(#2200) Callback verification failed with the following errors: {why}";
    /// A callback that gives something else back than the challenge (M-186).
    challenge_differs(expected, received) = RuleId::CallbackVerified, 2_201,
        "(#2201) response does not match challenge, expected value=\"{expected}\", received=\"{received}\"";
    /// A look into a token by somebody who may not (M-249).
    cannot_inspect() = RuleId::TokenInspected, 100,
        "(#100) You must provide an app access token, or a user access token that is an owner or developer of the app";
    /// A look into the token of another app (M-249).
    inspects_another_app() = RuleId::TokenInspected, 100,
        "(#100) The App_id in the input_token did not match the Viewing App";
    /// A profile that the app may not see (M-265).
    profile_hidden() = RuleId::ProfileShown, 100 / 2_018_247, "(#100) Insufficient permission to access user profile.";
    /// A field that the node does not have (M-36).
    unknown_field(field, node) = RuleId::UnknownField, 100,
        "(#100) Tried accessing nonexisting field ({field}) on node type ({node})";
    /// What the platform has and this version lacks (M-61a).
    not_there_yet(what) = RuleId::NotThereYet, 3, "(#3) {what} is not supported by this version of the emulator";
    /// An empty name in a list of webhook fields (M-59).
    unnamed_field() = RuleId::EmptyFieldName, 1, status 500, "An unknown error has occurred.";
}

impl GraphError {
    /// A callback that gives something else back than the challenge, of which the beginning is shown (M-186).
    pub(crate) fn wrong_challenge(expected: &str, received: &str) -> Self {
        match received.char_indices().nth(RECEIVED_SHOWN) {
            Some((end, _)) => Self::challenge_differs(expected, format_args!("{}...", &received[..end])),
            None => Self::challenge_differs(expected, received),
        }
    }

    /// A profile that the app may not see, by that rule (M-265).
    pub(crate) fn profile_denied(rule: RuleId, saw: Saw) -> Self {
        Self { rule, saw, ..Self::profile_hidden() }
    }

    /// A title of a button or a quick reply that is too long where such titles are refused (M-77a).
    pub(crate) fn long_title(parameter: impl Display) -> Self {
        Self { rule: RuleId::LongTitles, ..Self::too_long(parameter, TITLE_SHOWN) }
    }

    /// A recipient given by phone number, by either account of the error (M-116).
    pub(crate) fn phone_recipient(account: Account) -> Self {
        match account {
            Account::Observed => Self::phone_recipient_observed(),
            Account::Documented => Self::phone_recipient_documented(),
        }
    }

    /// An empty name at that place in a list of webhook fields (M-59).
    pub(crate) fn empty_field_name(parameter: impl Display) -> Self {
        Self::unnamed_field().param(parameter)
    }

    /// The error as the switches of the Page have it, where sources disagree.
    pub(crate) fn switched(self, options: &Options) -> Self {
        match (self.rule, options.empty_field_name, &self.param) {
            (RuleId::PhoneRecipient, ..) => Self::phone_recipient(options.phone_recipient_error),
            (RuleId::EmptyFieldName, EmptyField::Refuse, Some(place)) => unknown_field(place, ""),
            _ => self,
        }
    }

    /// What of a call this version of the emulator lacks, if it was refused for that, and why where the table of routes
    /// says so.
    pub fn unsupported(&self) -> Option<(&str, Option<&str>)> {
        if self.rule == RuleId::UnknownPath {
            return Some(("unknown path", None));
        }
        let what = self.message.strip_suffix(NOT_SUPPORTED)?;
        let what = what.split_once(") ").map_or(what, |(_, what)| what);
        Some((what, self.hint.as_deref()))
    }
}
