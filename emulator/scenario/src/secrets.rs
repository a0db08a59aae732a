//! What must not be shown: the secrets and tokens of a world, wherever a bot prints them.

use crate::cast::Cast;
use emulator_core::Hidden;

/// Everything of a world that only the app itself may know, with the expression that stands in its place.
pub(crate) fn secrets_of(cast: &Cast) -> Hidden {
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
    Hidden::known(hidden)
}
