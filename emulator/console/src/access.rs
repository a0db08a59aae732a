//! Who may use the control API: programs on this machine, and pages that it serves itself.

use emulator_server::{Stranger, local_caller};
use hyper::http::request::Parts;

/// Checks that the request names this machine and comes from no page of another.
pub(crate) fn check(head: &Parts) -> Result<(), String> {
    local_caller(head).map_err(|stranger| match stranger {
        Stranger::Host(host) => {
            format!("the control API is for this machine alone, and the Host `{host}` is not its name")
        }
        Stranger::NoHost => "the control API needs a Host header that names this machine".to_owned(),
        Stranger::Origin(origin) if origin == "null" => {
            "pages without an address, such as files and sandboxed frames, may not use the control API"
                .to_owned()
        }
        Stranger::Origin(origin) => format!("pages of `{origin}` may not use the control API"),
    })
}
