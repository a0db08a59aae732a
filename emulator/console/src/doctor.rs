//! `GET /_emulator/doctor`: what `doctor` needs to try the webhooks of a running emulator itself: where they are, what
//! they are asked with, and as whom it may write. It tells secrets, to programs of this machine alone.

use emulator_core::Field;
use hyper::StatusCode;
use serde_json::json;

use super::Console;
use super::answer::Answer;
use super::query::Query;

impl Console {
    /// The certificates, the apps with their webhooks and secrets, the person whom no lane knows, and the calls about her that came after
    /// the one with the number `after`.
    pub(crate) fn doctor(&self, query: &Query) -> Answer {
        let (stage, cast) = (&self.place.stage, &self.place.cast);
        let settings = self.lane().settings();
        let apps = cast.apps.iter().map(|app| {
            let webhook = stage.webhook(app.id);
            json!({
                "name": app.name,
                "id": app.id.to_string(),
                "webhook": webhook.as_ref().map(|webhook| webhook.url.to_string()),
                "verify_token": webhook.as_ref().map(|webhook| webhook.verify_token.as_str()),
                "secret": webhook.as_ref().map(|webhook| webhook.secret.as_str()),
                "fields": settings.fields(settings.main(cast.page), app.id).iter().map(Field::name).collect::<Vec<_>>(),
            })
        });
        let person = stage.stranger();
        let (calls, last) = stage.calls_about_stranger(query.after);
        let calls = calls.iter().map(
            |call| json!({"number": call.number, "app": call.app, "method": call.method, "path": call.path}),
        );
        let body = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "page": cast.page.to_string(),
            "person": person.to_string(),
            "certificates": self.certificates(),
            "apps": apps.collect::<Vec<_>>(),
            "calls": calls.collect::<Vec<_>>(),
            "last": last,
        });
        Answer::json(StatusCode::OK, &body)
    }
}
