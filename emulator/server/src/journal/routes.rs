//! Where control goes by itself in JSON: routes, ads, and what becomes of it after a message.

use emulator_core::{Ad, AdRoute, AppId, Party, Routes, SendControl, Span};
use serde_json::{Map, Value, json};

use super::Names;
use super::names::Known;
use super::row::{Codec, Members, Scalar, not_one_of, one_of};
use super::schema::Form;
use crate::escape::Dialect;
use crate::object::Object;

impl Scalar for Ad {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        out.object(name, |object| {
            object.text("id", &value.id);
            if let Some(app) = value.app {
                object.text("app", &names.app_name(app));
            }
        });
    }

    fn read(value: &Value, known: &Known) -> Option<Self> {
        let app = value.get("app").map(|app| known.app(app.as_str()?));
        let app = app.map_or(Some(None), |app| app.map(Some))?;
        Some(Self { id: value["id"].as_str()?.into(), app })
    }

    fn schema() -> Value {
        json!({
            "type": "object", "properties": {"id": {"type": "string"}, "app": AppId::schema()}, "required": ["id"],
            "additionalProperties": false,
        })
    }
}

impl Scalar for Routes {
    type Value = Self;

    fn write(value: &Self, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let app = |app: &AppId| Value::from(names.app_name(*app).into_owned());
        let links: Map<_, _> = value.links.iter().map(|(link, to)| (link.to_string(), app(to))).collect();
        let ad = |route: &AdRoute| json!({"app": app(&route.app), "control_ms": route.control.0});
        let ads: Map<_, _> = value.ads.iter().map(|(id, route)| (id.to_string(), ad(route))).collect();
        let mut routes = json!({"links": links, "ads": ads});
        if let Some(organic) = &value.organic {
            routes["organic"] = app(organic);
        }
        out.json(name, |out| Dialect::Graph.respell(out, &routes.to_string()));
    }

    fn read(value: &Value, known: &Known) -> Option<Self> {
        let app = |value: &Value| known.app(value.as_str()?);
        let links = value["links"].as_object()?.iter();
        let links = links.map(|(link, to)| Some((link.as_str().into(), app(to)?))).collect::<Option<_>>()?;
        let ads = value["ads"].as_object()?.iter();
        let ad = |route: &Value| {
            Some(AdRoute { app: app(&route["app"])?, control: Span(route["control_ms"].as_i64()?) })
        };
        let ads = ads.map(|(id, route)| Some((id.as_str().into(), ad(route)?))).collect::<Option<_>>()?;
        let organic = match value.get("organic") {
            Some(value) => Some(app(value)?),
            None => None,
        };
        Some(Self { links, ads, organic })
    }

    fn schema() -> Value {
        let ad = json!({
            "type": "object", "properties": {"app": AppId::schema(), "control_ms": {"type": "integer"}},
            "required": ["app", "control_ms"], "additionalProperties": false,
        });
        json!({
            "type": "object",
            "properties": {
                "links": {"type": "object", "additionalProperties": AppId::schema()},
                "ads": {"type": "object", "additionalProperties": ad},
                "organic": AppId::schema(),
            },
            "required": ["links", "ads"], "additionalProperties": false,
        })
    }
}

/// What becomes of control after a message, and whom it is passed to where it names one.
pub(crate) enum ThreadControl {}

impl Codec for ThreadControl {
    type Value = Option<SendControl>;

    fn write(value: &Self::Value, name: &'static str, out: &mut Object<'_>, names: &Names) {
        let Some(then) = value else { return };
        out.text(name, then.name());
        if let SendControl::Pass(to) = then {
            <Option<Party> as Codec>::write(to, "app_id", out, names);
        }
    }

    fn read(from: &Members<'_>, name: &'static str) -> Result<Self::Value, String> {
        let pass = SendControl::Pass(<Option<Party> as Codec>::read(from, "app_id")?);
        let Some(word) = from.get(name) else { return Ok(None) };
        let word = word.as_str().unwrap_or_default();
        let all = [pass, SendControl::Release];
        let found = all.into_iter().find(|known| known.name() == word);
        found.map(Some).ok_or_else(|| not_one_of(name, word, SendControl::WORDS))
    }

    fn describe(name: &'static str, forms: &mut Vec<Form>) {
        forms.iter_mut().for_each(|form| form.allow(name, one_of(SendControl::WORDS)));
        <Option<Party> as Codec>::describe("app_id", forms);
    }
}
