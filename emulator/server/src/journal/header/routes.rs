//! Where conversations go that begin in a certain way, as a header has it.

use std::collections::BTreeMap;

use emulator_core::{AdRoute, AppId, Routes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where conversations go that begin in a certain way; apps by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredRoutes {
    /// The app of each link, by its `ref`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// The app of each ad, by the ad's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ads: BTreeMap<String, DeclaredAd>,
    /// The app for people who come otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organic: Option<String>,
}

/// Where the conversations of an ad go.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAd {
    /// The app.
    pub app: String,
    /// For how long each message keeps it in control, in milliseconds.
    pub control: i64,
}

impl DeclaredRoutes {
    pub(super) fn of(routes: &Routes, named: &dyn Fn(&AppId) -> String) -> Self {
        let Routes { links, ads, organic } = routes;
        let ad = |route: &AdRoute| DeclaredAd { app: named(&route.app), control: route.control.0 };
        Self {
            links: links.iter().map(|(link, app)| (link.to_string(), named(app))).collect(),
            ads: ads.iter().map(|(id, route)| (id.to_string(), ad(route))).collect(),
            organic: organic.as_ref().map(named),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.ads.is_empty() && self.organic.is_none()
    }
}

/// The JSON Schema of it.
pub(super) fn schema() -> Value {
    let object = |required: &[&str], properties: Value| {
        json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        })
    };
    let by_name = |value: Value| json!({"type": "object", "additionalProperties": value});
    let text = json!({"type": "string"});
    let ad = object(&["app", "control"], json!({"app": text, "control": {"type": "integer"}}));
    object(&[], json!({"links": by_name(text.clone()), "ads": by_name(ad), "organic": text}))
}
