//! Which app the command is.

use emulator_language::diagnostics::did_you_mean;
use emulator_language::scenario::WorldSpec;
use emulator_scenario::given::start_by_hand;

/// Makes room for the command in a world; gives the number of its app.
///
/// It is the bot of the app that is named, else of the first app that has neither `start:` nor a webhook. When every app
/// has one, the command is something beside them, such as a test runner, and gets the environment of the first.
pub(super) fn take_seat(world: &mut WorldSpec, named: Option<&str>) -> Result<usize, String> {
    let names: Vec<&str> = world.apps.iter().map(|app| app.name.value.as_str()).collect();
    let seat = match named {
        Some(name) => {
            let place = names.iter().position(|known| *known == name);
            Some(place.ok_or_else(|| {
                let help = match did_you_mean(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is {}", names.join(", ")),
                };
                format!("--app: there is no app `{name}`\nhelp: {help}")
            })?)
        }
        None => world.apps.iter().position(|app| app.start.is_none() && app.webhook.is_none()),
    };
    if let Some(seat) = seat {
        start_by_hand(&mut world.apps[seat]);
    }
    Ok(seat.unwrap_or_default())
}
