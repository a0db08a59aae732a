//! The state in which a row begins.

use std::collections::BTreeMap;

use emulator_language::node::{Span, Spanned};
use emulator_language::step::{AdRouteNames, RouteNames};
use serde::Deserialize;

use super::length::{Length, Wrote};

/// An app of a table, in the words of a world file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) fields: Vec<String>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
    /// What its Page token carries; everything when left out.
    #[serde(default)]
    pub(crate) permissions: Option<Vec<String>>,
    /// Live when left out.
    #[serde(default)]
    pub(crate) mode: Option<String>,
    /// Whether its Page token holds: a word of `page: {token: …}`, or `expires_in_an_hour`; it does when left out.
    #[serde(default)]
    pub(crate) token: Option<String>,
    /// Whether its webhooks are switched off.
    #[serde(default)]
    pub(crate) disabled: bool,
}

impl App {
    /// True when App Review granted it the human-agent feature.
    pub(crate) fn is_approved(&self) -> bool {
        self.features.iter().any(|name| name == emulator_core::Feature::HumanAgent.name())
    }

    /// True for an app that has subscribed a field.
    pub(crate) fn hears(&self, field: emulator_core::Field) -> bool {
        self.fields.iter().any(|name| name == field.name())
    }

    /// True when nothing is out of the ordinary but its fields and features.
    pub(crate) fn is_plain(&self) -> bool {
        self.permissions.is_none() && self.mode.is_none() && self.token.is_none() && !self.disabled
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// An app, or `none`.
    pub(crate) primary: String,
    /// An app, `inbox` or `idle`.
    pub(crate) owner: String,
    /// When the owner's control ends; in 24 hours when left out.
    #[serde(default)]
    pub(crate) until: Option<Length>,
    pub(crate) wrote: Wrote,
    /// Where the conversation lies; where control filed it when left out.
    #[serde(default)]
    pub(crate) folder: Option<String>,
    #[serde(default)]
    pub(crate) marked_done: bool,
    /// Apps that differ from those of the table.
    #[serde(default)]
    pub(crate) apps: BTreeMap<String, App>,
    /// Switches that are not at their defaults.
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
    /// Apps on which Ana has a role.
    #[serde(default)]
    pub(crate) tests: Vec<String>,
    /// Whether Ana has blocked the Page.
    #[serde(default)]
    pub(crate) blocked: bool,
    /// Where Ana writes; on Messenger when left out.
    #[serde(default)]
    pub(crate) platform: Option<String>,
    /// The default app: an app or `inbox`.
    #[serde(default)]
    pub(crate) default_app: Option<String>,
    /// Apps without a role.
    #[serde(default)]
    pub(crate) without_role: Vec<String>,
    /// `none` where the inbox has no role.
    #[serde(default)]
    pub(crate) inbox: Option<String>,
    /// Whether handover is switched off.
    #[serde(default)]
    pub(crate) handover_off: bool,
    /// Apps that may not take control.
    #[serde(default)]
    pub(crate) may_not_take: Vec<String>,
    /// The app of each link, by its `ref`.
    #[serde(default)]
    pub(crate) links: BTreeMap<String, String>,
    /// The app of each ad, by its id.
    #[serde(default)]
    pub(crate) ads: BTreeMap<String, AdGiven>,
    /// The app for people who come otherwise.
    #[serde(default)]
    pub(crate) organic: Option<String>,
    /// Whether the Page is registered for news.
    #[serde(default)]
    pub(crate) news: bool,
}

/// The route of an ad.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdGiven {
    app: String,
    #[serde(default)]
    control: Option<Length>,
}

impl Given {
    /// The routes, as a step says them.
    pub(crate) fn routes(&self) -> RouteNames {
        let name = |app: &String| Spanned::new(app.clone(), Span::default());
        let ad = |ad: &AdGiven| AdRouteNames {
            app: name(&ad.app),
            control: ad.control.map(|Length(span)| span.0),
        };
        RouteNames {
            links: self.links.iter().map(|(link, app)| (link.clone(), name(app))).collect(),
            ads: self.ads.iter().map(|(id, route)| (id.clone(), ad(route))).collect(),
            organic: self.organic.as_ref().map(name),
        }
    }
}
