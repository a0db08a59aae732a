//! Files and folders that are no part of a bot although they lie beside it.

use std::path::Path;

use crate::scenario::load;
use crate::select::read_file;

/// Folders that tools fill, which may hold more than all the rest.
const TOOL_FOLDERS: [&str; 4] = [".git", "node_modules", ".venv", "__pycache__"];

pub(super) fn is_tool_folder(name: &str) -> bool {
    TOOL_FOLDERS.contains(&name)
}

/// Whether a file is one that editors, or programs that write a file beside another, have for a moment or while it is
/// open.
pub(super) fn is_temporary(name: &str) -> bool {
    let vim = name.starts_with('.') && [".swp", ".swo", ".swx"].iter().any(|ending| name.ends_with(ending));
    let emacs = name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'));
    let jetbrains = name.ends_with("___jb_tmp___") || name.ends_with("___jb_old___");
    let others = name.ends_with('~') || name.starts_with(".tmp") || name == ".DS_Store";
    // What vim writes to find out whether it can.
    vim || emacs || jetbrains || others || name == "4913"
}

/// Whether a file holds scenarios, a part or a world.
pub(super) fn is_scenery(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    if !["yaml", "yml"].iter().any(|known| ending.eq_ignore_ascii_case(known)) {
        return false;
    }
    let Some(text) = read_file(path).ok().and_then(|text| String::from_utf8(text).ok()) else { return false };
    // One that is being written may not be in order.
    let begins = |line: &str| line.starts_with("scenario:") || line.starts_with("part:");
    let nothing = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    text.lines().any(begins) || !load(path, text, &nothing).0.is_empty()
}
